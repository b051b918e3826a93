import type { Json, JsonObject } from '../core/vocabulary/json.ts';
import { describeIssues, type InferOutput, type StandardSchema } from '../core/vocabulary/standard-schema.ts';
import { withinDeadline } from './within-deadline.ts';

/** Something a model may call. It may run more than once: a worker that dies under it is replaced and it runs again. */
export interface Tool {
  readonly description: string;
  readonly inputSchema: JsonObject;
  /** @throws Error with a message for the model where the input does not fit or the tool fails or takes too long */
  run(input: Json, context: JsonObject, signal: AbortSignal): Promise<Json>;
}

export interface ToolDefinition<S extends StandardSchema> {
  /** What the model is told the tool does and when to use it. */
  readonly description: string;
  readonly input: S;
  /** Milliseconds a call may take. Default 30,000. */
  readonly timeoutMs?: number;
  /**
   * Does the work. What it returns must be JSON; what it throws is shown to the model.
   * `context` is the step's `toolContext`, which the agent gave and no model can change.
   */
  readonly execute: (
    input: InferOutput<S>,
    about: { readonly context: JsonObject; readonly signal: AbortSignal },
  ) => Json | Promise<Json>;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** @throws TypeError where the schema cannot describe itself as JSON Schema */
export function tool<S extends StandardSchema>({
  description,
  input,
  timeoutMs = DEFAULT_TIMEOUT_MS,
  execute,
}: ToolDefinition<S>): Tool {
  const { jsonSchema, validate, vendor } = input['~standard'];
  if (!jsonSchema) {
    throw new TypeError(
      `The tool's input is a ${vendor} schema that cannot describe itself as JSON Schema; use zod 4.2 or later.`,
    );
  }
  return {
    description,
    inputSchema: jsonSchema.input({ target: 'draft-2020-12' }) as JsonObject,
    async run(value, context, signal) {
      const result = await validate(value);
      if (result.issues) throw new Error(`The arguments do not fit: ${describeIssues(result.issues)}`);
      return withinDeadline(
        (deadline) => execute(result.value as InferOutput<S>, { context, signal: deadline }),
        { signal, timeoutMs, late: `The tool took longer than ${timeoutMs} ms.` },
      );
    },
  };
}
