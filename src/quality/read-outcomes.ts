/** A CSV of outcomes, one row a request and model, checked row by row. */
import type { Outcome } from '../core/vocabulary/quality.ts';
import { type CsvRow, parseCsv } from '../files/parse-csv.ts';
import { faultsError, QualityFileError } from './quality-file-error.ts';
import { readText } from './read-text.ts';

export interface OutcomesWanted {
  /** Only the rows of this `pool`; needed where the file has several, whose models are never compared. */
  readonly pool?: string | undefined;
  /** Only the rows of these `split`s. */
  readonly splits?: readonly string[];
  /** Refuses rows of other models. */
  readonly knownModels?: ReadonlySet<string> | undefined;
}

const COLUMNS = ['prompt_id', 'task_class', 'model', 'score', 'cost_usd'] as const;

/**
 * Reads the columns `prompt_id, task_class, model, score, cost_usd`, and `endpoint`, `pool` and `split` where they are there.
 * @throws QualityFileError naming each bad row, its field, its value and the remedy
 */
export function readOutcomes(file: string, wanted: OutcomesWanted = {}): Outcome[] {
  const rows = rowsOf(file, wanted);
  const faults: string[] = [];
  const seen = new Set<string>();
  const outcomes = rows.map(({ row, fields }): Outcome => {
    const { prompt_id: requestId = '', task_class: taskClass = '', model = '' } = fields;
    const complain = (field: (typeof COLUMNS)[number], remedy: string) =>
      faults.push(`row ${row}, ${field} "${fields[field]}": ${remedy}`);
    for (const field of ['prompt_id', 'task_class', 'model'] as const)
      if (fields[field] === '') complain(field, `is empty; give every row a ${field}`);
    const [score, costUsd] = [numberOf(fields.score), numberOf(fields.cost_usd)];
    if (!(score >= 0 && score <= 1)) complain('score', 'is no score; scores run from 0 to 1');
    if (!(costUsd >= 0 && costUsd < Infinity))
      complain('cost_usd', 'is no cost; give the USD that the request cost, 0 if it was free');
    if (wanted.knownModels && model !== '' && !wanted.knownModels.has(model))
      complain('model', 'is not in the catalog; correct the name, or add the model to the config');
    const key = JSON.stringify([requestId, model]);
    if (seen.has(key)) complain('prompt_id', `has two rows of ${model}; keep one row a request and model`);
    seen.add(key);
    const endpoint = fields.endpoint || undefined;
    return { requestId, taskClass, model, score, costUsd, ...(endpoint !== undefined && { endpoint }) };
  });
  if (faults.length > 0)
    throw faultsError(file, faults, 'Mend these rows, or leave them out; nothing was learnt.');
  return outcomes;
}

function rowsOf(file: string, { pool, splits }: OutcomesWanted): CsvRow[] {
  const { header, rows } = parse(file);
  const needed = [...COLUMNS, ...(pool === undefined ? [] : ['pool']), ...(splits ? ['split'] : [])];
  const missing = needed.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw new QualityFileError(
      `${file}: row 1 has no column ${missing.join(', ')}.`,
      `Begin the file with a header of ${needed.join(', ')}; more columns do no harm.`,
    );
  }
  const pools = [...new Set(rows.map(({ fields }) => fields.pool ?? ''))];
  if (pool === undefined ? pools.length > 1 : !pools.includes(pool)) {
    throw new QualityFileError(
      `${file} has ${pool === undefined ? 'several pools' : `no pool "${pool}"`}.`,
      `Name one of ${pools.join(', ')} with --pool: models of two pools were not given the same requests.`,
    );
  }
  const kept = rows.filter(
    ({ fields }) =>
      (pool === undefined || fields.pool === pool) && (splits?.includes(fields.split ?? '') ?? true),
  );
  if (kept.length > 0) return kept;
  throw new QualityFileError(
    `${file} has no outcomes${splits ? ` of split ${splits.join(' or ')}` : ''}.`,
    'Give a file with one row for each request and model.',
  );
}

function parse(file: string): ReturnType<typeof parseCsv> {
  try {
    return parseCsv(readText(file));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new QualityFileError(`${file}, ${cause.message}.`, 'Write the file as CSV (RFC 4180).', { cause });
  }
}

const numberOf = (text: string | undefined) => (text?.trim() ? Number(text) : Number.NaN);
