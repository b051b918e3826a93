import { SignalboxError } from '../core/vocabulary/errors.ts';

/** A file of outcomes, or what was learnt from one, is wrong. `message` names the file, the row, the field and the value. */
export class QualityFileError extends SignalboxError {}

const SHOWN = 10;

/** One error of many faults, the first ten in full. */
export function faultsError(file: string, faults: readonly string[], remedy: string): QualityFileError {
  const more = faults.length > SHOWN ? `\n  and ${faults.length - SHOWN} more` : '';
  const places = faults.length === 1 ? 'one place' : `${faults.length} places`;
  return new QualityFileError(
    `${file} is wrong in ${places}:\n  ${faults.slice(0, SHOWN).join('\n  ')}${more}`,
    remedy,
  );
}
