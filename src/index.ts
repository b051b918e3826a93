/** `signalbox`: what a config is written with. */
export type {
  DataPolicyConfig,
  EndpointConfig,
  ModelConfig,
  OverrideConfig,
  PriceConfig,
  ProviderConfig,
} from './catalog/catalog-config.ts';
export { type Check, type CheckDefinition, check } from './config/check.ts';
export {
  defineConfig,
  type SignalboxConfig,
  type TaskClassConfig,
} from './config/config.ts';
export { ConfigError } from './config/config-error.ts';
export { type Judge, type JudgeDefinition, judge } from './config/judge.ts';
export {
  type EffectToolDefinition,
  type Reconciled,
  type SafeToolDefinition,
  type Tool,
  type ToolAbout,
  type ToolDefinition,
  tool,
} from './config/tool.ts';
export type { TenantConfig } from './core/routing/governance.ts';
export type { BlobStore } from './core/vocabulary/blob.ts';
export { SignalboxError } from './core/vocabulary/errors.ts';
export type { Policy } from './core/vocabulary/policy.ts';
