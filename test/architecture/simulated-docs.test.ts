import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { faultGrammar, faultMeanings } from '../../src/simulated/faults.ts';
import { ROOT } from './support/source.ts';

const docs = readFileSync(join(ROOT, 'docs/simulated.md'), 'utf8');

test.each([
  ['how faults are written', 'What it does', faultGrammar],
  ['kinds of faults', 'What happens to the request', Object.entries(faultMeanings)],
] as const)('the table of %s is that of the code', (_, head, rows) => {
  const table = [['Fault', head], ['---', '---'], ...rows.map(([name, meaning]) => [`\`${name}\``, meaning])];
  expect(docs).toContain(`${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n`);
});
