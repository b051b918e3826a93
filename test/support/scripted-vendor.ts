/** A vendor that speaks the chat completions wire and answers what a script says, for what no well-behaved model does. */
import type { VendorAnswer } from './use-vendors.ts';

/** Words, or tool calls; ids are as bad as a case wants them. */
export type ScriptedAnswer = string | readonly ScriptedCall[];

export interface ScriptedCall {
  readonly name: string;
  readonly input: object;
  /** Default: `call-` and its place in the answer, so that every answer has the same ids. */
  readonly id?: string;
}

/** The config that asks nobody else. */
export const onlyAt = (baseUrl: string) => ({
  providers: { 'sim-aurora': { wire: 'openai-compatible' as const, simulated: true, baseUrl } },
  policy: { providers: { allow: ['sim-aurora'] } },
});

/** @param script given the tool results so far, in words, and the whole request */
export const scripted =
  (script: (results: readonly string[], request: string) => ScriptedAnswer) =>
  (request: string): VendorAnswer => {
    const { messages } = JSON.parse(request) as { messages: { role: string; content: string }[] };
    const results = messages.filter(({ role }) => role === 'tool').map(({ content }) => wordsOf(content));
    return { contentType: 'text/event-stream', body: bodyOf(script(results, request)) };
  };

/** Results stand as JSON in a request. */
function wordsOf(content: string): string {
  const value: unknown = JSON.parse(content);
  return typeof value === 'string' ? value : content;
}

function bodyOf(answer: ScriptedAnswer): string {
  if (typeof answer === 'string') return event({ content: answer }) + event({}, 'stop');
  const calls = answer.map(({ name, input, id }, index) => ({
    ...{ index, id: id ?? `call-${index}`, type: 'function' },
    function: { name, arguments: JSON.stringify(input) },
  }));
  return event({ tool_calls: calls }) + event({}, 'tool_calls');
}

const event = (delta: object, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({ id: '1', model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
