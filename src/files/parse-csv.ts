/** Comma-separated values as RFC 4180 has them: a header, quotes around what holds commas, quotes or line ends. */
import { CsvError, parse } from 'csv-parse/sync';

/** `row` counts the header as 1, as a spreadsheet does; `fields` go by the header's names. */
export interface CsvRow {
  readonly row: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** @throws SyntaxError naming the row */
export function parseCsv(text: string): { header: string[]; rows: CsvRow[] } {
  const [header = [], ...records] = readRecords(text);
  const twice = header.find((name, i) => header.indexOf(name) !== i);
  if (twice !== undefined) throw new SyntaxError(`row 1: the column "${twice}" is there twice`);
  const rows = records.map((values, i) => {
    if (values.length !== header.length) {
      throw new SyntaxError(
        `row ${i + 2}: has ${values.length} fields where the header has ${header.length}`,
      );
    }
    return { row: i + 2, fields: Object.fromEntries(header.map((name, j) => [name, values[j]!])) };
  });
  return { header, rows };
}

function readRecords(text: string): string[][] {
  try {
    // Of any length: what is wrong with one is said in our own words, by its row instead of its line.
    return parse(text, { bom: true, record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new SyntaxError(
      `row ${Number(cause.records) + 1}: a quote is not closed, or stands inside a field`,
      { cause },
    );
  }
}
