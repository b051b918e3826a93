/** What a user writes in `signalbox.config.ts`. `resolve-config.ts` checks it once and fills in the defaults. */
import type { ModelConfig, OverrideConfig, ProviderConfig } from '../catalog/catalog-config.ts';
import type { Exploration } from '../core/routing/explore.ts';
import type { GovernanceConfig } from '../core/routing/governance.ts';
import type { BlobStore } from '../core/vocabulary/blob.ts';
import type { TaskClass } from '../core/vocabulary/task-class.ts';
import type { Check } from './check.ts';
import type { Judge } from './judge.ts';
import type { Tool } from './tool.ts';

export interface SignalboxConfig extends GovernanceConfig {
  /**
   * The file that exports your agents, which the worker bundles for the workflow sandbox. Relative to the config file
   * when the CLI reads it, to the working directory when you give the config to `SignalboxPlugin` yourself; a `file:`
   * URL or an absolute path is taken as it is.
   */
  readonly agents: string;
  /** Providers by name, added to the built-in ones; a built-in name is replaced. */
  readonly providers?: Readonly<Record<string, ProviderConfig>>;
  /**
   * A catalog file that `signalbox catalog sync` wrote, in place of the one that comes with the package. Relative as
   * `agents` is.
   */
  readonly catalog?: string;
  /** Models added to the built-in catalog; a built-in id is replaced. */
  readonly models?: readonly ModelConfig[];
  /** What your contracts say about endpoints of the catalog: prices, data policies, speeds. */
  readonly overrides?: readonly OverrideConfig[];
  /** Task classes by name: changes to built-in ones, or new ones, which start as `default` does. */
  readonly taskClasses?: Readonly<Record<string, TaskClassConfig>>;
  /** Tries other candidates than the best in a share of runs, to learn of them. Default: never. */
  readonly exploration?: Exploration;
  /**
   * What was learnt from outcomes: a file that `signalbox route learn` wrote. The path is taken as that of `agents` is.
   * Default: nothing was, and models are ranked by a prior.
   */
  readonly quality?: string;
  /**
   * Where ledger, budgets and health are: `sqlite:PATH` or `postgres://…`. Default: the environment's
   * SIGNALBOX_DATABASE_URL, else `sqlite:.signalbox/signalbox.db`, relative to the worker's working directory.
   */
  readonly database?: string;
  /**
   * Where messages are that are too large for history (256 KB), as tools and models give them: a folder, `file:PATH`, or
   * a store of your own. All workers need the same. Default: `file:.signalbox/blobs`, relative to the worker's working
   * directory.
   */
  readonly blobs?: string | BlobStore;
  /** Tools by the name that steps and models use. */
  readonly tools?: Readonly<Record<string, Tool>>;
  /** Checks, and judges, by the name that `verify` of a step uses. */
  readonly checks?: Readonly<Record<string, Check | Judge>>;
  /** Default `signalbox`. */
  readonly taskQueue?: string;
}

export type TaskClassConfig = Partial<Omit<TaskClass, 'name' | 'deadlines' | 'setDeadlines'>> & {
  readonly deadlines?: Partial<TaskClass['deadlines']>;
};

/** Types a config without changing it. */
export const defineConfig = (config: SignalboxConfig): SignalboxConfig => config;
