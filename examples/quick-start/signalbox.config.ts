import { defineConfig } from 'signalbox';

export default defineConfig({ agents: './agents.ts' });
