/** What became of a call that gave no answer, in the terms of the table of failures. */
import { APICallError, NoSuchModelError, UnsupportedFunctionalityError } from '@ai-sdk/provider';
import type { InvocationFailure } from '../../activities/ports.ts';
import { kindInsideAnswer, kindOfRefusal } from '../core/failure/kind.ts';
import { retryHintMs } from '../core/failure/retry-hint.ts';
import { BrokenStream, messageOf } from './assemble.ts';
import type { CallClock } from './deadlines.ts';
import { BrokenResponse } from './http/broken-response.ts';

/** What a provider says is read up to this many characters. */
export const SAID_CHARS = 4_000;

type Told = Pick<InvocationFailure, 'kind' | 'message' | 'billed'> & Partial<InvocationFailure>;

/** @param seen the status that came: the AI SDK gives an error inside a 200 one of its own making */
export function tellApart(error: unknown, clock: CallClock, seen: number | undefined): Told {
  const { passed } = clock;
  if (passed?.which === 'connect') return { kind: 'unavailable', message: passed.message, billed: false };
  if (passed) {
    const kind = clock.firstTokenMs === undefined ? 'timed_out' : 'answer_incomplete';
    return { kind, message: passed.message, billed: true };
  }
  const broken = causesIn(error).find((cause) => cause instanceof BrokenResponse);
  if (broken) {
    const { kind, message, billed, lasting } = broken;
    return { kind, message, billed, lasting };
  }
  if (error instanceof BrokenStream) {
    const { message, usage, begun, cause } = error;
    // One that broke before anything came is not billed: there was no answer yet.
    const kind = begun ? 'answer_incomplete' : kindInsideAnswer(toldIn(cause));
    return { kind, message, usage, billed: begun };
  }
  if (UnsupportedFunctionalityError.isInstance(error)) {
    return { kind: 'parameter_unsupported', message: error.message, billed: false };
  }
  if (NoSuchModelError.isInstance(error)) {
    return { kind: 'model_not_found', message: error.message, billed: false };
  }
  const status = seen ?? (APICallError.isInstance(error) ? error.statusCode : undefined);
  if (!APICallError.isInstance(error) || status === undefined) {
    return { kind: 'unavailable', message: causesOf(error), billed: false };
  }
  if (status < 400) {
    const kind = kindInsideAnswer(errorIn(error.responseBody));
    const billed = kind === 'answer_incomplete';
    return { kind, message: `The answer could not be read: ${error.message}`, billed };
  }
  return tellRefusal(error, status);
}

/** What a provider tells in a stream. Errors are our own and the AI SDK's, and may quote what a model says. */
const toldIn = (cause: unknown) => (cause instanceof Error ? '' : (JSON.stringify(cause) ?? ''));

/** The error in the body of a 200, which may also hold what a model says. The AI SDK gives some bodies parsed. */
function errorIn(body: unknown): string {
  try {
    const told = (typeof body === 'string' ? JSON.parse(body) : body) as Record<string, unknown>;
    const { error, response, type } = told;
    const { error: failed } = (response ?? {}) as Record<string, unknown>;
    return toldIn(error ?? failed ?? (type === 'error' ? told : undefined));
  } catch {
    return '';
  }
}

function tellRefusal(
  { responseHeaders = {}, responseBody = '', message }: APICallError,
  status: number,
): Told {
  const headers = Object.fromEntries(
    Object.entries(responseHeaders).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const refusal = { status, headers, body: responseBody.slice(0, SAID_CHARS) };
  return {
    kind: kindOfRefusal(refusal),
    message: `${status} ${message}`,
    billed: false,
    hintMs: retryHintMs(refusal, Date.now()),
    lasting: headers['x-should-retry'] === 'false',
  };
}

/** An error and what caused it, outermost first. */
function causesIn(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let at = error; at !== undefined && causes.length < 5; at = (at as { cause?: unknown }).cause)
    causes.push(at);
  return causes;
}

/** `fetch failed` says nothing; its causes do. */
const causesOf = (error: unknown) => [...new Set(causesIn(error).map(messageOf))].filter(Boolean).join(': ');
