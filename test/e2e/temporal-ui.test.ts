import { expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { open, withPage } from './support/chromium.ts';
import { useSandboxes } from './support/sandbox.ts';

const newSandbox = useSandboxes();
const SIZE = { width: 1400, height: 1600 };

/** The bar of the timeline whose label ends like this. */
const bar = (page: Page, label: string) =>
  page.locator('g[role=button]').filter({ has: page.locator('text', { hasText: new RegExp(`${label}$`) }) });

/** The frame that shows the run's own Markdown; the one before it shows its summary. */
const currentDetails = (page: Page) => page.locator('iframe').last().contentFrame();

/** Only its part that is used here: tests are compiled without the DOM. */
interface Window {
  getComputedStyle(element: unknown): { fill: string };
}

/** Red, green and blue of a bar's last event. */
async function colourOf(barOf: Locator): Promise<number[]> {
  const fill = await barOf
    .locator('rect.dot')
    .last()
    .evaluate((dot) => (globalThis as unknown as Window).getComputedStyle(dot).fill);
  return fill.match(/\d+/g)!.map(Number);
}

test('a finished run shows its steps, the failed attempt in red, and what answered', async () => {
  const sandbox = newSandbox();
  const { uiUrl } = await sandbox.dev();
  const { stdout } = await sandbox.demo('--json', '--fault', 'primary=503').exited;
  const { workflowId, steps } = JSON.parse(stdout) as {
    workflowId: string;
    steps: { name: string; model: string; attempts: { endpoint: string }[] }[];
  };
  const risks = steps.find(({ name }) => name === 'risks')!;
  const failedProvider = risks.attempts[0]!.endpoint.split('/')[0]!;

  await withPage(SIZE, async (page) => {
    await open(page, uiUrl, workflowId);
    await bar(page, 'risks · searchDocument').first().waitFor();
    for (const label of ['parties and obligations', 'clause 18', 'summary']) {
      await page.getByText(`signalbox.invokeModel • ${label}`).first().waitFor();
    }
    await page.getByText(`after ${failedProvider} unavailable`).first().waitFor();

    const [failedRed, failedGreen] = await colourOf(bar(page, '• risks · reasoning'));
    expect(failedRed).toBeGreaterThan(2 * failedGreen!);
    const [red, green] = await colourOf(bar(page, 'risks · reasoning · turn 2'));
    expect(green).toBeGreaterThan(2 * red!);

    await page.getByTestId('user-metadata-tab').click();
    const details = currentDetails(page);
    await details.getByText('21 of 21 steps done').waitFor();
    const row = details.getByRole('row').filter({ hasText: 'risks' });
    await row.waitFor();
    expect(await row.innerText()).toMatch(new RegExp(`${failedProvider}/\\S+ unavailable`));
    expect(await row.innerText()).toContain(risks.model);

    await page.getByTestId('search-attributes-tab').click();
    await page.getByText('SignalboxProvider').waitFor();
    const attributes = await page.getByRole('main').innerText();
    expect(attributes).toMatch(/"SignalboxStatus": "completed"/);
    expect(attributes).toMatch(/"SignalboxAgent": "contractReview"/);
    expect(attributes).toMatch(/"SignalboxCostMicros": [1-9]\d*/);
    for (const value of [risks.model, 'classification', 'extraction', 'reasoning', 'summarization']) {
      expect(attributes).toContain(`"${value}"`);
    }
  });
});

test('a parked run shows why it waits and what to type, and a list finds it', async () => {
  const sandbox = newSandbox();
  const { uiUrl, control } = await sandbox.dev();
  await control.setFault('*', { kind: 'status', status: 503 });
  const input = JSON.stringify({ path: '/dev/null', text: 'The Seller shall deliver.' });
  await sandbox.signalbox('run', 'contractReview', '--input', input, '--id', 'waits').exited;

  await withPage(SIZE, async (page) => {
    await open(page, uiUrl, 'waits');
    await page.getByText('6th try').waitFor();

    await page.getByTestId('user-metadata-tab').click();
    const details = currentDetails(page);
    await details.getByText('Parked: parties and obligations.').waitFor();
    const text = await details.locator('body').innerText();
    expect(text).toMatch(/got no answer after 6 attempts/);
    expect(text).toMatch(/Mend the cause.* Type signalbox resume waits/);

    // Details come from a worker; where none is left, the memo still tells.
    await page.getByTestId('memo-tab').click();
    await page.getByText('signalboxParked').waitFor();
    expect(await page.getByRole('main').innerText()).toContain('attempts_exhausted');

    await open(page, uiUrl, `?query=${encodeURIComponent('SignalboxStatus = "parked"')}`);
    await page.getByRole('link', { name: 'waits', exact: true }).waitFor();
  });
});
