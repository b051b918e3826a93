import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mergeAnswer } from './merge-answer.ts';
import { type ModelsAnswer, readModelsAnswer } from './read-models-answer.ts';
import { CatalogError, parseSnapshot, readSnapshot } from './read-snapshot.ts';
import type { Snapshot } from './snapshot.ts';

export interface CatalogSync {
  /** A file, or a URL. */
  readonly from: string;
  /** Whose models these are. */
  readonly provider: string;
  /** The catalog file, which keeps what earlier syncs brought. */
  readonly out: string;
  readonly today: string;
}

export interface Synced {
  readonly snapshot: Snapshot;
  readonly models: number;
  readonly skipped: ModelsAnswer['skipped'];
}

/**
 * Brings a catalog file up to what a provider answers. It is replaced only once all is read and checked.
 * @throws CatalogError; the file is then as it was
 */
export async function syncCatalog({ from, provider, out, today }: CatalogSync): Promise<Synced> {
  const pages = await readPages(from);
  const rows = pages.flatMap((page) => page.rows);
  const skipped = pages.flatMap((page) => page.skipped);
  if (rows.length === 0) {
    throw new CatalogError(
      `${from} lists no text model with a price.`,
      'Name the /models of a host that says what its models cost; the last good catalog stays in use.',
    );
  }
  const base = readSnapshot(existsSync(out) ? out : undefined);
  const snapshot = mergeAnswer(base, provider, rows, today);
  const text = `${JSON.stringify(snapshot)}\n`;
  parseSnapshot(text, from, 'Name another source; the last good catalog stays in use.');
  writeFileSync(`${out}.part`, text);
  renameSync(`${out}.part`, out);
  return { snapshot, models: rows.length, skipped };
}

const MOST_PAGES = 100;

async function readPages(from: string): Promise<ModelsAnswer[]> {
  const pages: ModelsAnswer[] = [];
  for (let at: string | undefined = from; at !== undefined && pages.length < MOST_PAGES; ) {
    const page = readModelsAnswer(await readText(at), at);
    pages.push(page);
    at = page.next === undefined ? undefined : nextOf(page.next, from);
  }
  return pages;
}

function nextOf(next: string, from: string): string {
  if (isUrl(from)) return new URL(next, from).href;
  throw new CatalogError(
    `${from} is one page of several: the next is at ${next}.`,
    'Give --from the URL, so that every page is read; the last good catalog stays in use.',
  );
}

const isUrl = (from: string) => /^https?:\/\//.test(from);
const TIMEOUT_MS = 30_000;

async function readText(from: string): Promise<string> {
  try {
    if (!isUrl(from)) return readFileSync(from, 'utf8');
    const response = await fetch(from, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`it answers ${response.status} ${response.statusText}`);
    return await response.text();
  } catch (cause) {
    const { message, cause: reason } = cause as Error;
    const why = reason instanceof Error ? `${message}: ${reason.message}` : message;
    throw new CatalogError(
      `${from} cannot be read: ${why}.`,
      'Name a file or a URL that answers; the last good catalog stays in use.',
      { cause },
    );
  }
}
