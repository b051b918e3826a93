/** What the server takes no larger, and would have the workflow task fail for ever: what a run ends with, and names. */

import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { jsonBytes } from '../src/core/transcript/json-bytes.ts';
import { CARRIED_BYTES, NAME_CHARS } from '../src/core/transcript/sizes.ts';

/** Of the words of an error that is too large. */
const WORDS_CHARS = 2_000;

/** @throws ApplicationFailure `InvalidStep` */
export function assertShort(what: string, name: string): void {
  if (name.length <= NAME_CHARS) return;
  throw ApplicationFailure.nonRetryable(
    `${what} has ${name.length} characters, "${shortened(name)}". Give it ${NAME_CHARS} at most; what a model is to know belongs in the prompt.`,
    'InvalidStep',
  );
}

/** What is done on a step's behalf has names made of the step's and these marks. @throws ApplicationFailure `InvalidStep` */
export function assertPlain(step: string): void {
  if (!/~| · /.test(step)) return;
  throw ApplicationFailure.nonRetryable(
    `The name of step "${step}" has "~" or " · " in it, which stand for what is done on a step's behalf. Use other signs.`,
    'InvalidStep',
  );
}

/** A value of anybody's as a message may repeat it. */
export const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** @throws ApplicationFailure `PayloadTooLarge` */
export function assertCarried(what: string, value: unknown): void {
  const bytes = jsonBytes(value);
  if (bytes <= CARRIED_BYTES) return;
  throw ApplicationFailure.nonRetryable(
    `${what} has ${bytes} bytes; a run carries ${CARRIED_BYTES} at most. Return less, or where the rest is.`,
    'PayloadTooLarge',
  );
}

/** The failure itself, or its first words where the whole of it is too large. */
export function boundedFailure(failure: Error): Error {
  const bytes = jsonBytes(partsOf(failure));
  if (bytes <= CARRIED_BYTES) return failure;
  return ApplicationFailure.create({
    type: failure instanceof ApplicationFailure && failure.type ? failure.type : 'PayloadTooLarge',
    nonRetryable: true,
    message: `${failure.message.slice(0, WORDS_CHARS)}… (an error of ${bytes} bytes, cut)`,
  });
}

/** What of an error, and of its causes, goes to the server. */
function partsOf(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [];
  const details = error instanceof TemporalFailure && 'details' in error ? [error.details] : [];
  return [error.message, error.stack, ...details, ...partsOf(error.cause)];
}
