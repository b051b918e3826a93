import { fileURLToPath } from 'node:url';
import { defineConfig } from '../../../src/config/config.ts';

const hasty = { firstTokenMs: 1_500, idleMs: 700, totalMs: 20_000 };

/** Deadlines that its faults pass soon. */
export const config = defineConfig({
  agents: fileURLToPath(new URL('./agents.ts', import.meta.url)),
  taskQueue: 'bench-ledger',
  taskClasses: {
    summarization: { deadlines: hasty },
    writing: { deadlines: hasty },
    classification: { deadlines: hasty },
  },
});
