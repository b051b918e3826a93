import { renderRun } from '../client/render-run.ts';
import type { RunHandle } from '../client/run-handle.ts';
import { print, printJson } from './options.ts';

/** Waits for a run and prints what it did and its result. @throws as `RunHandle.result` */
export async function printResult(run: RunHandle, { json = false }: { json?: boolean }): Promise<void> {
  const result = await run.result();
  const state = await run.state();
  if (json) {
    printJson({ ...state, result });
    return;
  }
  print(renderRun(state));
  print(JSON.stringify(result, null, 2));
}
