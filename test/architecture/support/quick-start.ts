import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './source.ts';

/** The README's TypeScript that says which file it is: `// agents.ts`, then its text. */
export function readQuickStart(): { name: string; text: string }[] {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  return [...readme.matchAll(/^```ts\n\/\/ (\S+\.ts)[^\n]*\n([\s\S]*?)^```$/gm)].map(([, name, text]) => ({
    name: name!,
    text: text!,
  }));
}

/** The README's shell lines, in order. */
export function readShellLines(): string[] {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)];
  return blocks.flatMap(([, text]) => text!.split('\n').filter((line) => line.trim() !== ''));
}
