import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves once `condition` holds; rejects, with the condition's text, if it does not within `limitMs`. */
export async function until(condition: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${limitMs} ms: ${condition}`);
    await sleep(20);
  }
}
