import { defineConfig } from 'signalbox';
import { searchDocument } from './tools.ts';

export default defineConfig({
  agents: new URL('./agents.ts', import.meta.url).href,
  tools: { searchDocument },
});
