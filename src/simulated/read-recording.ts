/** Files of what real providers once did, to be played again: CSV, as it is or gzipped. */
import { SignalboxError } from '../core/vocabulary/errors.ts';
import { faultsText } from '../files/faults-text.ts';
import { type CsvRow, parseCsv } from '../files/parse-csv.ts';
import { readUnpacked } from '../files/read-unpacked.ts';

/** A recording is wrong. `message` names the file, the row, the field and the value. */
export class RecordingError extends SignalboxError {}

/** Reads the rows of a file, `undefined` for a row that says nothing; `complain` notes what is wrong with one. */
export function readRecording<T>(
  file: string,
  columns: readonly string[],
  read: (fields: CsvRow['fields'], complain: (column: string, remedy: string) => void) => T | undefined,
): T[] {
  const { header, rows } = parse(file);
  const missing = columns.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw new RecordingError(
      `${file}: row 1 has no column ${missing.join(', ')}.`,
      `Begin the file with a header of ${columns.join(', ')}; more columns do no harm.`,
    );
  }
  const faults: string[] = [];
  const recorded = rows.flatMap(({ row, fields }) => {
    const complain = (column: string, remedy: string) =>
      faults.push(`row ${row}, ${column} "${fields[column]}": ${remedy}`);
    const one = read(fields, complain);
    return one === undefined ? [] : [one];
  });
  if (faults.length > 0)
    throw new RecordingError(faultsText(file, faults), 'Mend these rows, or leave them out.');
  if (recorded.length > 0) return recorded;
  throw new RecordingError(`${file} has nothing to play.`, 'Give a file with rows under its header.');
}

function parse(file: string): ReturnType<typeof parseCsv> {
  try {
    return parseCsv(readUnpacked(file));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new RecordingError(
      `${file} cannot be read: ${message}`,
      'Name a CSV file (RFC 4180) that is there and is whole, as it is or packed with gzip.',
      { cause },
    );
  }
}
