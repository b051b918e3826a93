/**
 * Draws docs/images/run.png: the demo's job with the first choice for `reasoning` down, as Temporal UI shows it.
 * node test/e2e/screenshot.ts [FILE]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { firstChoice, parseFault, startDevEnvironment } from 'signalbox/testing';
import { contractReview } from '../../examples/contract-review/agents.ts';
import { readDocument } from '../../examples/contract-review/read-document.ts';
import config from '../../examples/contract-review/signalbox.config.ts';
import { open, withPage } from './support/chromium.ts';

const checkout = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const file = process.argv[2] ?? checkout('docs/images/run.png');
/** As narrow as Temporal UI may be before it lays the page out for a telephone, drawn 1,400 pixels wide. */
const WIDTH = 1_280;
const SCALE = 1_400 / WIDTH;
const MARGIN = 24;
/** What Temporal UI leaves empty under its timeline. */
const BELOW_AXIS = 36;

const directory = mkdtempSync(join(tmpdir(), 'signalbox-screenshot-'));
const environment = await startDevEnvironment({ config, directory });
try {
  const primary = firstChoice(config, { taskClass: 'reasoning', abilities: ['tools', 'structured-output'] });
  await environment.simulated!.control.setFault(primary, parseFault('503'));
  const path = checkout('examples/contract-review/gpl-3.0.txt');
  const run = await environment.signalbox.start(
    contractReview,
    { path, text: await readDocument(path) },
    { id: 'review-of-gpl-3.0' },
  );
  await run.result();
  await withPage({ width: WIDTH, height: 1_600, scale: SCALE }, async (page) => {
    await open(page, environment.uiUrl, run.id);
    await page.getByText('parties and obligations').first().waitFor();
    await draw(page);
  });
} finally {
  await environment.close();
  rmSync(directory, { recursive: true });
}
process.exit(0);

/** From the run's name to the end of its timeline, without the side bar and what the run was given and gave. */
async function draw(page: Page): Promise<void> {
  await page.addStyleTag({
    content: `[data-testid=navigation-header], [data-testid=top-nav], [data-testid=input-and-result],
      :has(> [data-testid=back-to-workflows]) { display: none !important }`,
  });
  await page.getByRole('button', { name: 'Descending' }).click();
  await page.getByRole('button', { name: 'Ascending' }).waitFor();
  const heading = await boxOf(page.getByTestId('workflow-status'));
  const timeline = await boxOf(page.locator('svg', { has: page.locator('text') }).last());
  const top = heading.y - MARGIN;
  const bottom = timeline.y + timeline.height - BELOW_AXIS;
  await page.screenshot({ path: file, clip: { x: 0, y: top, width: WIDTH, height: bottom - top } });
  process.stdout.write(`${file}\n`);
}

async function boxOf(element: Locator): Promise<{ y: number; height: number }> {
  return (await element.boundingBox())!;
}
