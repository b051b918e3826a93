/** `signalbox/worker` */

export { SignalboxPlugin, type SignalboxPluginOptions } from './plugin.ts';
export { SIMULATED_URL_ENV } from './resolve-providers.ts';
