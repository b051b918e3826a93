import ora from 'ora';
import type { OnProgress } from './temporal-binary.ts';

const LINE_EVERY_MS = 30_000;

/** Shows progress on stderr until `done`: a spinner with the elapsed time on a terminal, else a line now and then. */
export function stderrProgress(): { onProgress: OnProgress; done: () => void } {
  return process.stderr.isTTY ? spinner() : lines();
}

function spinner(): { onProgress: OnProgress; done: () => void } {
  // Left to itself it would swallow what is typed meanwhile.
  const display = ora({ stream: process.stderr, discardStdin: false });
  let current = '';
  const settle = () => {
    if (current) display.stopAndPersist({ symbol: '·' });
  };
  return {
    onProgress(step, elapsedMs) {
      const next = step !== current;
      if (next) settle();
      current = step;
      display.text = `${step} ${clock(elapsedMs)}`;
      if (next) display.start();
    },
    done: settle,
  };
}

function lines(): { onProgress: OnProgress; done: () => void } {
  let current = '';
  let shownAtMs = 0;
  return {
    onProgress(step, elapsedMs) {
      if (step === current && elapsedMs - shownAtMs < LINE_EVERY_MS) return;
      process.stderr.write(step === current ? `  … ${clock(elapsedMs)}\n` : `${step}\n`);
      current = step;
      shownAtMs = elapsedMs;
    },
    done() {},
  };
}

function clock(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
