import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { renderFailures } from '../../tools/docs/render-failures.ts';

it('docs/failures.md says what the code does (npm run docs:write)', () => {
  const written = readFileSync(new URL('../../docs/failures.md', import.meta.url), 'utf8');
  expect(written).toBe(renderFailures());
});
