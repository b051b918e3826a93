/** Comma-separated values as RFC 4180 has them: a header, quotes around what holds commas, quotes or line ends. */

/** `row` counts the header as 1, as a spreadsheet does; `fields` go by the header's names. */
export interface CsvRow {
  readonly row: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** @throws SyntaxError naming the row */
export function parseCsv(text: string): { header: string[]; rows: CsvRow[] } {
  const [header = [], ...records] = readRecords(text.replace(/^\uFEFF/, ''));
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

const FIELD = /"((?:[^"]|"")*)"(?=[,\r\n]|$)|([^",\r\n]*)(?=[,\r\n]|$)/y;
const LINE_END = /\r\n|\n|\r/y;

function readRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (let at = 0; at < text.length; ) {
    FIELD.lastIndex = at;
    const field = FIELD.exec(text);
    if (!field)
      throw new SyntaxError(`row ${records.length + 1}: a quote is not closed, or stands inside a field`);
    record.push(field[1]?.replaceAll('""', '"') ?? field[2]!);
    at = FIELD.lastIndex;
    if (text[at] === ',') {
      at += 1;
      if (at === text.length) record.push('');
      else continue;
    }
    records.push(record);
    record = [];
    LINE_END.lastIndex = at;
    if (LINE_END.test(text)) at = LINE_END.lastIndex;
  }
  return records;
}
