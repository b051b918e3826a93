/** `signalbox/testing`: run agents on one machine, offline, and make providers fail on demand. */

export { simulatedControl } from '../simulated/client.ts';
export type { SimulatedControl } from '../simulated/control.ts';
export { type Fault, parseFault } from '../simulated/faults.ts';
export { LatencyReplay } from '../simulated/latency-replay.ts';
export type { Answer, Conversation, Reply } from '../simulated/models/conversation.ts';
export { OutageReplay, type OutageReplayOptions } from '../simulated/outage-replay.ts';
export type { EndpointCounts, LogEntry, RequestCounts } from '../simulated/request-log.ts';
export {
  type SimulatedProvider,
  type SimulatedProviders,
  startSimulatedProviders,
} from '../simulated/simulated-providers.ts';
export {
  connectDevEnvironment,
  type DevEnvironment,
  type DevEnvironmentOptions,
  findDevEnvironment,
  ServerLost,
  startDevEnvironment,
} from './dev-environment.ts';
export { type FirstChoiceRequest, firstChoice } from './first-choice.ts';
