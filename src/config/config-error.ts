import { SignalboxError } from '../core/vocabulary/errors.ts';

/** The config is wrong. `message` names the file, the path within it and the value. */
export class ConfigError extends SignalboxError {}
