import { resolve } from 'node:path';
import { StoreError } from './store-error.ts';

/** Names the database where neither a config nor a command does. */
export const DATABASE_ENV = 'SIGNALBOX_DATABASE_URL';

export const DEFAULT_DATABASE_URL = 'sqlite:.signalbox/signalbox.db';

export type StoreTarget =
  | { readonly kind: 'sqlite'; readonly path: string }
  /** `place` is the URL as it may be shown: without password and parameters. */
  | { readonly kind: 'postgres'; readonly url: string; readonly place: string };

/**
 * Which database is meant: the one named, else `SIGNALBOX_DATABASE_URL`, else a file in `.signalbox`.
 * @throws StoreError that never repeats the URL: it may hold a password
 */
export function parseStoreUrl(named: string | undefined, env: NodeJS.ProcessEnv = process.env): StoreTarget {
  const text = named ?? (env[DATABASE_ENV] || DEFAULT_DATABASE_URL);
  const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(text) ?? [];
  const path = text.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
  if (scheme === 'sqlite' && path !== '') return { kind: 'sqlite', path: resolve(path) };
  if ((scheme === 'postgres' || scheme === 'postgresql') && URL.canParse(text)) {
    const { username, host, pathname } = new URL(text);
    const user = username && `${username}@`;
    return { kind: 'postgres', url: text, place: `postgres://${user}${host}${pathname}` };
  }
  throw new StoreError(
    `${named === undefined ? DATABASE_ENV : 'The database'} is no database URL that Signalbox knows` +
      `${scheme === undefined ? '' : ` (it begins with "${scheme}:")`}.`,
    'Write sqlite:PATH, or postgres://USER:PASSWORD@HOST:PORT/DATABASE; write @, / and : in a password as %40, %2F, %3A.',
  );
}
