import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ConfigError } from '../../../src/config/config-error.ts';
import { loadConfig } from '../../../src/config/load-config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const errorOf = (work: Promise<unknown>): Promise<ConfigError> =>
  work.then(
    () => Promise.reject(new Error('nothing was refused')),
    (error: unknown) => {
      if (error instanceof ConfigError) return error;
      throw error;
    },
  );

it('a config that is not there is named, with how to name another', async () => {
  const path = join(folder, 'signalbox.config.ts');
  const { message, remedy } = await errorOf(loadConfig(path));
  expect(message).toContain(path);
  expect(remedy).toContain('--config');
});

it('a config that throws is named, with what it threw', async () => {
  const path = write('config.mjs', 'throw new RangeError("seven is not a region");');
  const { message } = await errorOf(loadConfig(path));
  expect(message).toContain(path);
  expect(message).toContain('RangeError: seven is not a region');
});

it('a config that does not parse is named', async () => {
  const path = write('config.mjs', 'export default {');
  expect((await errorOf(loadConfig(path))).message).toContain(path);
});

it('a config that imports what is not there says what', async () => {
  const path = write('config.mjs', 'import "./my-tools.mjs"; export default {};');
  expect((await errorOf(loadConfig(path))).message).toContain('my-tools.mjs');
});

it.each(['export const config = {};', 'export default "agents.ts";', 'export default null;'])(
  'a config without an object as its default export says what to write: %s',
  async (text) => {
    const path = write('config.mjs', text);
    const { message, remedy } = await errorOf(loadConfig(path));
    expect(message).toContain(path);
    expect(remedy).toContain('export default defineConfig(');
  },
);

it('an agents file that is not there is named, as written and as looked for', async () => {
  const path = write('config.mjs', 'export default { agents: "./my-agents.ts" };');
  const { message, remedy } = await errorOf(loadConfig(path));
  expect(message).toContain('"./my-agents.ts"');
  expect(message).toContain(join(folder, 'my-agents.ts'));
  expect(message).toContain(path);
  expect(remedy).toContain('agents');
});

it('agents are looked for beside the config, not in the working directory', async () => {
  const agents = write('my-agents.ts', '');
  const path = write('config.mjs', 'export default { agents: "./my-agents.ts" };');
  expect((await loadConfig(path)).agents).toBe(agents);
});

it('agents may be given as a URL', async () => {
  const agents = write('my-agents.ts', '');
  const url = JSON.stringify(pathToFileURL(agents).href);
  const path = write('config.mjs', `export default { agents: ${url} };`);
  expect((await loadConfig(path)).agents).toBe(agents);
});

it('a catalog file is looked for beside the config, and named where it is not there', async () => {
  write('agents.ts', '');
  const path = write('config.mjs', 'export default { agents: "./agents.ts", catalog: "./mine.json" };');
  const { message, remedy } = await errorOf(loadConfig(path));
  expect(message).toContain(`catalog: there is no file ${join(folder, 'mine.json')}`);
  expect(remedy).toContain('signalbox catalog sync');
  write('mine.json', '{}');
  expect((await loadConfig(path)).catalog).toBe(join(folder, 'mine.json'));
});

it('takes the learnt file beside the config, and says so where it is not there', async () => {
  write('agents.ts', '');
  const learnt = write('learnt.json', '{}');
  const config = (name: string) =>
    write(`${name}.mjs`, `export default { agents: 'agents.ts', quality: '${name}.json' };`);
  expect((await loadConfig(config('learnt'))).quality).toBe(learnt);
  const { message, remedy } = await errorOf(loadConfig(config('lost')));
  expect(message).toContain(`quality: there is no file ${join(folder, 'lost.json')}`);
  expect(remedy).toContain('signalbox route learn');
});
