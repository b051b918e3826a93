import { defineConfig } from 'signalbox';
import { searchDocument } from './tools.ts';

export default defineConfig({
  agents: new URL('./agents.ts', import.meta.url).href,
  // Contracts go only to endpoints known not to train on them; models added later are held to it as well.
  policy: { noTraining: true },
  tools: { searchDocument },
});
