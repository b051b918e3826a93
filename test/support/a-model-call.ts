import type { ModelCall } from '../../activities/ports.ts';

/** A call to be asked with a key of the case's own; its deadlines are longer than any healthy answer takes. */
export const aModelCall: Omit<ModelCall, 'key'> = {
  messages: [{ role: 'user', content: 'What opened? The mill of Ellerby opened in 1890.' }],
  tools: [],
  maxOutputTokens: 1_000,
  deadlines: { connectMs: 5_000, firstTokenMs: 5_000, idleMs: 5_000, totalMs: 20_000 },
  received: () => {},
  signal: new AbortController().signal,
  labels: { run: 'run', step: 'step', turn: '1', requestId: 'run 1' },
};
