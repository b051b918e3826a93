import { SignalboxError } from '../core/vocabulary/errors.ts';
import { faultsText } from '../files/faults-text.ts';

/** A file of outcomes, or what was learnt from one, is wrong. `message` names the file, the row, the field and the value. */
export class QualityFileError extends SignalboxError {}

/** One error of many faults, the first ten in full. */
export const faultsError = (file: string, faults: readonly string[], remedy: string): QualityFileError =>
  new QualityFileError(faultsText(file, faults), remedy);
