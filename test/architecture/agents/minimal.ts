import { agent } from 'signalbox/workflow';

const anything = {
  '~standard': { version: 1, vendor: 'own', validate: (value: unknown) => ({ value }) },
} as const;
export const minimal = agent({ name: 'minimal', input: anything }, (run) =>
  run.step('only', { task: 'writing', prompt: 'Hello' }),
);
