import { isNativeError } from 'node:util/types';
import { SignalboxError } from '../core/vocabulary/errors.ts';

/** The database cannot be used, or not for this. `message` names it, without its password. */
export class StoreError extends SignalboxError {}

interface Trouble {
  /** An SQLite result code, an SQLSTATE of PostgreSQL, a system error, or words of a message. */
  readonly signs: readonly (number | string | RegExp)[];
  readonly what: string;
  readonly remedy: string;
  /** Another try may go through at once: two processes met. */
  readonly passing?: true;
}

const SCHEMA_BROKEN: Pick<Trouble, 'what' | 'remedy'> = {
  what: 'is half migrated: what it should hold is not there',
  remedy: 'Restore it from a backup, or name an empty database in SIGNALBOX_DATABASE_URL.',
};

/** First match wins. */
const TROUBLES: readonly Trouble[] = [
  {
    signs: [5, 6, '40001', '40P01', '55P03'],
    what: 'is locked by another process',
    remedy: 'Try again; if it stays locked, end the process that holds a transaction open on it.',
    passing: true,
  },
  {
    signs: [8, '25006'],
    what: 'is read-only',
    remedy: 'Give this user the right to write the database and its folder, or name another database.',
  },
  {
    signs: [13, '53100', 'ENOSPC'],
    what: 'is full',
    remedy: 'Free space on the disk it is on. What was being written is not in it; writing it again is safe.',
  },
  {
    signs: [10],
    what: 'cannot be read or written',
    remedy: 'See whether its disk is there, has room and is well.',
  },
  {
    signs: [14, 'ENOENT', 'EACCES', 'EPERM', 'ENOTDIR', 'EROFS', 'EISDIR', 'EEXIST'],
    what: 'cannot be opened',
    remedy: 'Name a file in a folder that this user may write.',
  },
  {
    signs: [26, 11],
    what: 'is no SQLite database, or a damaged one',
    remedy: 'Restore it from a backup, or name another file.',
  },
  {
    signs: [/^no such (table|column)/, '42P01', '42703'],
    ...SCHEMA_BROKEN,
  },
  {
    signs: ['28P01', '28000'],
    what: 'refuses the user or the password',
    remedy: 'Correct them in SIGNALBOX_DATABASE_URL.',
  },
  {
    signs: ['3D000'],
    what: 'does not exist',
    remedy: 'Create it (`createdb`), or correct its name in SIGNALBOX_DATABASE_URL.',
  },
  {
    signs: ['42501'],
    what: 'gives this user too few rights',
    remedy: 'Grant it the right to create tables and to read and write them.',
  },
  {
    signs: ['57014', /^Query read timeout/],
    what: 'took too long to answer',
    remedy: 'Try again; if it stays so, see what else keeps the server busy.',
  },
  {
    signs: [
      'ECONNREFUSED',
      'ECONNRESET',
      'ENOTFOUND',
      'ETIMEDOUT',
      'EHOSTUNREACH',
      'EAI_AGAIN',
      'EPIPE',
      '57P01',
      '57P02',
      '57P03',
      '53300',
      /^Connection terminated|timeout exceeded when trying to connect|^Client has encountered/,
    ],
    what: 'cannot be reached',
    remedy: 'See that the server runs and takes connections at this address; then try again.',
  },
];

/** @returns what a person can do about it; an error that no database raised is a bug and stays as it is */
export function storeErrorOf(cause: unknown, place: string): unknown {
  if (cause instanceof SignalboxError || !isNativeError(cause)) return cause;
  const trouble = troubleOf(cause);
  if (trouble) {
    return new StoreError(`The database ${place} ${trouble.what} (${wordsOf(cause)}).`, trouble.remedy, {
      cause,
    });
  }
  if (codeOf(cause) === undefined) return cause;
  return new StoreError(
    `The database ${place} refused a statement: ${wordsOf(cause)}.`,
    'If you did not change its tables, this is a bug of Signalbox: report it with these words.',
    { cause },
  );
}

export const isPassing = (cause: unknown): boolean => troubleOf(cause)?.passing === true;

export const halfMigrated = (place: string, detail: string): StoreError =>
  new StoreError(`The database ${place} ${SCHEMA_BROKEN.what} (${detail}).`, SCHEMA_BROKEN.remedy);

function troubleOf(cause: unknown): Trouble | undefined {
  if (!isNativeError(cause)) return undefined;
  const code = codeOf(cause);
  return TROUBLES.find(({ signs }) =>
    signs.some((sign) => (sign instanceof RegExp ? sign.test(cause.message) : sign === code)),
  );
}

/** Extended codes of SQLite carry the plain one in their low byte. */
function codeOf(error: Error): number | string | undefined {
  const { errcode, code } = error as { errcode?: number; code?: string };
  return errcode === undefined ? code : errcode & 0xff;
}

/** Several addresses may have been tried; their errors say more than the one that gathers them. */
const wordsOf = (error: Error): string =>
  error instanceof AggregateError
    ? [...new Set(error.errors.map((one: unknown) => (isNativeError(one) ? one.message : String(one))))].join(
        '; ',
      )
    : error.message;
