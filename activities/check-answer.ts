import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { LRUCache } from 'lru-cache';
import type { JsonObject } from '../src/core/vocabulary/json.ts';
import { textOf, toolCallsOf } from '../src/core/vocabulary/transcript.ts';
import type { Conversation } from './conversation.ts';
import { InvocationFailure, type ModelAnswer } from './ports.ts';

/**
 * Nothing but a whole, valid answer reaches the workflow: it ended by itself, is not empty, its tool arguments fit
 * their schemas and its structured output fits the step's.
 *
 * @returns a check that throws `InvocationFailure`
 */
export function createAnswerCheck(): (answer: ModelAnswer, conversation: Conversation) => void {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  const validators = new LRUCache<string, ValidateFunction>({ max: 500 });
  const validatorOf = (schema: JsonObject) => {
    const key = JSON.stringify(schema);
    const validator = validators.get(key) ?? ajv.compile(schema);
    validators.set(key, validator);
    return validator;
  };
  const faultOf = (schema: JsonObject, value: unknown) => {
    const validate = validatorOf(schema);
    return validate(value) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'answer' });
  };

  return (answer, { tools, outputSchema }) => {
    const refuse = (kind: 'answer_incomplete' | 'content_filtered' | 'output_invalid', message: string) => {
      throw new InvocationFailure(kind, message, { billed: true, answer });
    };
    const text = textOf(answer.message);
    const calls = toolCallsOf(answer.message);
    if (answer.finishReason === 'content-filter')
      refuse('content_filtered', 'The provider filtered the answer.');
    if (answer.finishReason === 'length')
      refuse('output_invalid', 'The answer was cut at the output limit. Be shorter.');
    if (text.trim() === '' && calls.length === 0) refuse('answer_incomplete', 'The answer was empty.');

    for (const { toolName, input } of calls) {
      const tool = tools.find(({ name }) => name === toolName);
      // A tool that does not exist is told to the model in the tool's place, by the workflow.
      const fault = tool && faultOf(tool.inputSchema, input);
      if (fault)
        refuse('output_invalid', `The arguments for tool ${toolName} do not fit its schema: ${fault}.`);
    }
    if (!outputSchema || calls.length > 0) return;
    const parsed = parseJson(text);
    if (!parsed) return refuse('output_invalid', 'The answer is not JSON.');
    const fault = faultOf(outputSchema, parsed.value);
    if (fault) refuse('output_invalid', `The answer does not fit its schema: ${fault}.`);
  };
}

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
