/** `signalbox/client` */
export { SignalboxError } from '../core/vocabulary/errors.ts';
export * from './errors.ts';
export { renderRun, renderRuns } from './render-run.ts';
export { RunHandle } from './run-handle.ts';
export type { CallWaiting, RunStatus, RunSummary, RunView } from './run-view.ts';
export { type ConnectOptions, Signalbox, type SignalboxOptions, type StartOptions } from './signalbox.ts';
