import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Opens a page in a Chromium of its own, does the work, and closes it. The rule for which one is `tools/setup.mjs`'s. */
export async function withPage<T>(
  { scale = 1, ...viewport }: { readonly width: number; readonly height: number; readonly scale?: number },
  work: (page: Page) => Promise<T>,
): Promise<T> {
  const browser: Browser = await chromium.launch({ executablePath: findChromium(), args: ARGS });
  try {
    return await work(await browser.newPage({ viewport, deviceScaleFactor: scale, colorScheme: 'light' }));
  } finally {
    await browser.close();
  }
}

/** Goes to a page of Temporal UI, which never goes idle: whoever calls waits for what they look for. */
export async function open(page: Page, uiUrl: string, path: string): Promise<void> {
  await page.goto(`${uiUrl}/namespaces/default/workflows/${path}`, { waitUntil: 'domcontentloaded' });
}

function findChromium(): string {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (!found) throw new Error(`None of ${NAMES.join(', ')} is on PATH; name one in CHROMIUM_PATH.`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
