import type { Json, JsonObject } from '../core/vocabulary/json.ts';
import { describeIssues, type InferOutput, type StandardSchema } from '../core/vocabulary/standard-schema.ts';
import { withinDeadline } from './within-deadline.ts';

/** Something a model may call. Make it with `tool()`. */
export interface Tool {
  readonly description: string;
  readonly inputSchema: JsonObject;
  /** `safe` may run any number of times; an `effect` changes the world outside and is never blindly repeated. */
  readonly kind: 'safe' | 'effect';
  /** How often a call that failed by an error is repeated before the model is told. */
  readonly retries: number;
  /** Calls at once on one worker. */
  readonly concurrency: number;
  /** Whose workers run it; absent where the agent's own do. */
  readonly taskQueue?: string;
  /** Environment variables whose values it is given. */
  readonly secrets: readonly string[];
  /**
   * @throws Error with a message for the model where the input does not fit or the tool fails; one named `TimeoutError`
   * where it takes too long, so that nobody knows what it did
   */
  run(input: Json, about: ToolAbout): Promise<Json>;
  /** Looks whether a call was done, by its key. */
  reconcile?(input: Json, about: ToolAbout): Promise<Reconciled>;
  /** Undoes a call that was done. */
  compensate?(input: Json, about: ToolAbout & { readonly output: Json }): Promise<void>;
}

/** What a call is given beside what the model chose. */
export interface ToolAbout {
  /** The step's `toolContext`, which the agent gave and no model can change. */
  readonly context: JsonObject;
  /**
   * Of an effect: the same for the same call whatever happens to its worker or its run, and for no other call. Pass it
   * on, so that whoever is asked twice does it once. Any header takes it; empty for a safe tool.
   */
  readonly idempotencyKey: string;
  /** Values of the environment variables that `secrets` names, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Aborts when the call is given up or takes too long. */
  readonly signal: AbortSignal;
}

/** What a probe found of an earlier execution. */
export type Reconciled = { readonly done: true; readonly output: Json } | { readonly done: false };

interface CommonDefinition<S extends StandardSchema> {
  /** What the model is told the tool does and when to use it. */
  readonly description: string;
  readonly input: S;
  /** Milliseconds a call may take, at most a day. Default 30,000. */
  readonly timeoutMs?: number;
  /** Calls at once on one worker; more wait for their turn. Default: as many as there are. */
  readonly concurrency?: number;
  /** The task queue whose workers run it. Default: the agent's own. */
  readonly taskQueue?: string;
  /**
   * Names of environment variables, which a worker that runs the tool must have. Their values reach `execute` and
   * nobody else: they are taken out of what the tool returns and throws.
   */
  readonly secrets?: readonly string[];
  /** Does the work. What it returns must be JSON; what it throws is shown to the model. */
  readonly execute: (input: InferOutput<S>, about: ToolAbout) => Json | Promise<Json>;
}

export interface SafeToolDefinition<S extends StandardSchema> extends CommonDefinition<S> {
  /** It may run any number of times: a worker that dies under it is replaced and it runs again. The default. */
  readonly kind?: 'safe';
  /** How often a call that failed by an error is repeated before the model is told. Default 0. */
  readonly retries?: number;
}

export interface EffectToolDefinition<S extends StandardSchema> extends CommonDefinition<S> {
  /** It changes the world outside: it asks a person first, and is never run again on the chance that it was not done. */
  readonly kind: 'effect';
  /**
   * Looks whether the call with `idempotencyKey` was done, where its worker died or it took too long; without it, a
   * person is asked. Runs before any repeat.
   */
  readonly reconcile?: (input: InferOutput<S>, about: ToolAbout) => Reconciled | Promise<Reconciled>;
  /** Undoes a call that was done, after its run has failed or been aborted. May run more than once. */
  readonly compensate?: (
    input: InferOutput<S>,
    about: ToolAbout & { readonly output: Json },
  ) => void | Promise<void>;
}

export type ToolDefinition<S extends StandardSchema> = SafeToolDefinition<S> | EffectToolDefinition<S>;

const DEFAULT_TIMEOUT_MS = 30_000;
const DAY_MS = 86_400_000;

/**
 * @throws TypeError where the schema cannot describe itself as JSON Schema, where a number is out of range, or where a
 * safe tool is given what only effects have
 */
export function tool<S extends StandardSchema>(definition: ToolDefinition<S>): Tool {
  const { description, input, kind = 'safe', timeoutMs = DEFAULT_TIMEOUT_MS, execute } = definition;
  const { concurrency, taskQueue, secrets = [] } = definition;
  const { retries, reconcile, compensate } = checked(definition);
  assertWithin('timeoutMs', timeoutMs, 1, DAY_MS);
  assertWithin('retries', retries, 0, 10);
  if (concurrency !== undefined) assertWithin('concurrency', concurrency, 1, 10_000);
  const { jsonSchema, validate, vendor } = input['~standard'];
  if (!jsonSchema) {
    throw new TypeError(
      `The tool's input is a ${vendor} schema that cannot describe itself as JSON Schema; use zod 4.2 or later.`,
    );
  }
  const within = async <About extends ToolAbout, T>(
    value: Json,
    about: About,
    what: string,
    work: (input: InferOutput<S>, about: About) => T | Promise<T>,
  ) => {
    const result = await validate(value);
    if (result.issues) throw new Error(`The arguments do not fit: ${describeIssues(result.issues)}`);
    return withinDeadline((signal) => work(result.value as InferOutput<S>, { ...about, signal }), {
      ...{ signal: about.signal, timeoutMs, late: `${what} took longer than ${timeoutMs} ms.` },
    });
  };
  return {
    description,
    inputSchema: jsonSchema.input({ target: 'draft-2020-12' }) as JsonObject,
    ...{ kind, retries, concurrency: concurrency ?? Infinity, secrets },
    ...(taskQueue !== undefined && { taskQueue }),
    run: (value, about) => within(value, about, 'The tool', execute),
    ...(reconcile && {
      reconcile: (value: Json, about: ToolAbout) => within(value, about, 'The probe', reconcile),
    }),
    ...(compensate && {
      compensate: (value: Json, about: ToolAbout & { readonly output: Json }) =>
        within(value, about, 'Undoing it', compensate),
    }),
  };
}

/** What only one kind has. A definition that is no TypeScript may have it for the other. */
function checked<S extends StandardSchema>(definition: ToolDefinition<S>) {
  type OfEffect = Pick<EffectToolDefinition<S>, 'reconcile' | 'compensate'>;
  const { kind } = definition;
  const { retries = 0, reconcile, compensate } = definition as OfEffect & { readonly retries?: number };
  if (kind === 'effect' && retries > 0)
    throw new TypeError('An effect has no retries: nobody knows whether the call that failed was done.');
  if (kind !== 'effect' && (reconcile || compensate))
    throw new TypeError(`A tool with reconcile or compensate is an effect: give it kind: 'effect'.`);
  return { retries, reconcile, compensate };
}

function assertWithin(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new TypeError(`The tool's ${name} is a whole number from ${least} to ${most}, got ${value}.`);
}
