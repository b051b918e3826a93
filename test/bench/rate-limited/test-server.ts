/** Temporal's test server, which skips the time in which nothing happens: Java, brought by Maven once. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from '../../../src/server/cache-dir.ts';

const VERSION = '1.38.0';
const POM = fileURLToPath(new URL('../../../tools/test-server/pom.xml', import.meta.url));

/** @returns a program that `TestWorkflowEnvironment` can start @throws Error where there is no Maven or no Java */
export function obtainTestServer(): string {
  const folder = join(cacheDir(process.env), `test-server-${VERSION}`);
  const program = join(folder, 'temporal-test-server');
  if (existsSync(program)) return program;
  mkdirSync(cacheDir(process.env), { recursive: true });
  const draft = mkdtempSync(`${folder}.`);
  try {
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${join(draft, 'lib')}`];
    execFileSync('mvn', ['-q', '-B', '-f', POM, ...goal], { stdio: ['ignore', 2, 2] });
    execFileSync('java', ['-version'], { stdio: 'ignore' });
  } catch (cause) {
    const remedy = 'Install Java 17 and Maven (Debian: apt-get install default-jdk-headless maven).';
    throw new Error(`The time-skipping test server cannot be had: ${(cause as Error).message}. ${remedy}`);
  }
  const classes = join(folder, 'lib', '*');
  const script = `#!/bin/sh\nexec java -cp "${classes}" io.temporal.testserver.TestServer "$@"\n`;
  writeFileSync(join(draft, 'temporal-test-server'), script);
  chmodSync(join(draft, 'temporal-test-server'), 0o755);
  renameSync(draft, folder);
  return program;
}
