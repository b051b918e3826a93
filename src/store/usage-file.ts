/** What a provider says it billed: CSV or JSON, a line a request, or a sum a model and day. */
import { readFileSync } from 'node:fs';
import { isDay } from '../core/cost/day.ts';
import { SignalboxError } from '../core/vocabulary/errors.ts';
import { faultsText } from '../files/faults-text.ts';
import { parseCsv } from '../files/parse-csv.ts';

/** A usage file is wrong. `message` names the file, the row, the field and the value. */
export class UsageFileError extends SignalboxError {}

export type UsageFile =
  | { readonly kind: 'requests'; readonly lines: readonly BilledRequest[] }
  | { readonly kind: 'sums'; readonly lines: readonly BilledSum[] };

export interface BilledRequest {
  readonly requestId: string;
  readonly micros: number;
}

export interface BilledSum {
  readonly model: string;
  /** ISO 8601, UTC. */
  readonly day: string;
  readonly micros: number;
}

const LAYOUTS =
  'Give the columns request_id, cost_usd; or, where there are only sums, model, date, cost_usd. More columns do no harm.';

/** @throws UsageFileError naming every bad row, the first ten in full */
export function readUsageFile(file: string): UsageFile {
  const rows = readRows(file);
  const [first] = rows;
  if (!first) throw new UsageFileError(`${file} has no rows.`, LAYOUTS);
  const has = (...columns: string[]) => columns.every((column) => column in first.fields);
  const check = new RowCheck(file);
  if (has('request_id', 'cost_usd')) {
    const lines = rows.map((row) => {
      const requestId = check.text(row, 'request_id');
      check.once(row, 'request_id', requestId);
      return { requestId, micros: check.micros(row) };
    });
    check.assertGood();
    return { kind: 'requests', lines };
  }
  if (has('model', 'date', 'cost_usd')) {
    const lines = rows.map((row) => {
      const [model, day] = [check.text(row, 'model'), check.day(row)];
      check.once(row, 'model', `${model} on ${day}`);
      return { model, day, micros: check.micros(row) };
    });
    check.assertGood();
    return { kind: 'sums', lines };
  }
  const columns = Object.keys(first.fields).join(', ') || 'none';
  throw new UsageFileError(`${file} has a layout that is not known: its columns are ${columns}.`, LAYOUTS);
}

interface Row {
  readonly row: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

function readRows(file: string): Row[] {
  const text = readText(file);
  if (!/^\s*[[{]/.test(text)) {
    try {
      return parseCsv(text).rows;
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      throw new UsageFileError(`${file}, ${cause.message}.`, 'Write the file as CSV (RFC 4180).', { cause });
    }
  }
  const rows = parseJson(file, text);
  const isObject = (row: unknown) => typeof row === 'object' && row !== null && !Array.isArray(row);
  if (!Array.isArray(rows) || !rows.every(isObject)) {
    throw new UsageFileError(`${file} is JSON, but no array of objects.`, LAYOUTS);
  }
  return rows.map((fields: Row['fields'], i) => ({ row: i + 1, fields }));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new UsageFileError(`${file} cannot be read: ${message}.`, 'Name a file that is there.', { cause });
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new UsageFileError(`${file} is no JSON: ${message}.`, 'Export the file again, whole.', { cause });
  }
}

const COST = /^\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** Collects what is wrong with the rows, so that all of it can be said at once. */
class RowCheck {
  readonly #file: string;
  readonly #faults: string[] = [];
  readonly #seen = new Map<string, number>();

  constructor(file: string) {
    this.#file = file;
  }

  text(row: Row, field: string): string {
    const value = row.fields[field];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    this.#complain(row, field, 'is empty or no text');
    return '';
  }

  /** USD as micro-dollars, to the nearest. */
  micros(row: Row): number {
    const text = String(row.fields.cost_usd).trim();
    const micros = COST.test(text) ? Math.round(Number(text) * 1e6) : Number.NaN;
    if (Number.isSafeInteger(micros)) return micros;
    this.#complain(row, 'cost_usd', 'is no cost; give USD from 0 as a plain number, such as 0.0125');
    return 0;
  }

  day(row: Row): string {
    const text = String(row.fields.date).trim();
    const day = text.slice(0, 10);
    if (/^\d{4}-\d\d-\d\d(T|$)/.test(text) && isDay(day)) return day;
    this.#complain(row, 'date', 'is no date; give the day of UTC, such as 2026-11-25');
    return '';
  }

  once(row: Row, field: string, key: string): void {
    const before = this.#seen.get(key);
    if (before !== undefined) this.#complain(row, field, `is in row ${before} too`);
    else this.#seen.set(key, row.row);
  }

  assertGood(): void {
    if (this.#faults.length === 0) return;
    throw new UsageFileError(
      faultsText(this.#file, this.#faults),
      'Mend these rows, or export the file again; nothing was written.',
    );
  }

  #complain({ row, fields }: Row, field: string, fault: string): void {
    this.#faults.push(`row ${row}, ${field} ${JSON.stringify(fields[field])}: ${fault}`);
  }
}
