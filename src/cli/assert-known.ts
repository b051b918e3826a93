import { closestNames } from '../config/closest-names.ts';
import { SignalboxError } from '../core/vocabulary/errors.ts';

/** A name that fits nothing is a typing error, not an empty list. @throws SignalboxError with the closest ones */
export function assertKnown(
  what: 'provider' | 'model',
  names: readonly string[],
  known: readonly string[],
  fits: (known: string, name: string) => boolean = (one, name) => one === name,
): void {
  const unknown = names.find((name) => !known.some((one) => fits(one, name)));
  if (unknown === undefined) return;
  throw new SignalboxError(
    `The catalog has no ${what} "${unknown}".`,
    `Did you mean ${closestNames(unknown, [...new Set(known)]).join(', ')}? \`signalbox models\` lists all.`,
  );
}
