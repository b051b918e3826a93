import type { ToolCall, ToolPort } from '../../activities/ports.ts';
import { ConfigError } from '../config/config-error.ts';
import type { Tool, ToolAbout } from '../config/tool.ts';
import type { Json } from '../core/vocabulary/json.ts';
import { withoutEchoes } from '../providers/redact.ts';

/**
 * Gives the tools that this worker runs their secrets, and keeps the secrets in: whatever a tool returns or throws goes
 * into history without them.
 *
 * @param taskQueue the worker's own; tools of other queues are only shown to models here, and need no secrets
 * @throws ConfigError naming the tool and the environment variable that is missing
 */
export function resolveTools(
  tools: ReadonlyMap<string, Tool>,
  taskQueue: string,
  env: NodeJS.ProcessEnv,
): Map<string, ToolPort> {
  return new Map(
    [...tools].map(([name, tool]) => {
      const runsHere = (tool.taskQueue ?? taskQueue) === taskQueue;
      return [name, portOf(name, tool, runsHere ? secretsOf(name, tool, env) : {})];
    }),
  );
}

function secretsOf(name: string, { secrets }: Tool, env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    secrets.map((variable) => {
      const value = env[variable];
      if (value) return [variable, value];
      throw new ConfigError(
        `tools.${name}.secrets: ${variable} is not set.`,
        `Set it where the worker runs, e.g. export ${variable}=…, or take it out of the tool's secrets.`,
      );
    }),
  );
}

function portOf(name: string, tool: Tool, secrets: Readonly<Record<string, string>>): ToolPort {
  const values = Object.values(secrets);
  const aboutOf = ({ input: _, ...about }: ToolCall): ToolAbout => ({ ...about, secrets });
  const kept = async <T extends Json | undefined>(work: Promise<T>): Promise<T> => {
    try {
      return without(values, await work) as T;
    } catch (error) {
      throw withoutSecrets(values, error);
    }
  };
  const { reconcile, compensate } = tool;
  return {
    ...{ name, description: tool.description, inputSchema: tool.inputSchema, kind: tool.kind },
    ...{ retries: tool.retries, concurrency: tool.concurrency },
    ...(tool.taskQueue !== undefined && { taskQueue: tool.taskQueue }),
    run: (call) => kept(tool.run(call.input, aboutOf(call))),
    ...(reconcile && {
      reconcile: (call) => kept(reconcile(call.input, aboutOf(call)) as Promise<never>),
    }),
    ...(compensate && {
      compensate: (call, output) =>
        kept(compensate(call.input, { ...aboutOf(call), output }) as Promise<undefined>),
    }),
  };
}

/** Hides the secrets in every string of a value, names of fields included. */
function without(secrets: readonly string[], value: unknown): unknown {
  if (secrets.length === 0) return value;
  if (typeof value === 'string') return secrets.reduce(hidden, value);
  if (Array.isArray(value)) return value.map((item) => without(secrets, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [secrets.reduce(hidden, key), without(secrets, item)]),
  );
}

/** An error as it may be told; its name and codes say whether its work may have been done. */
function withoutSecrets(secrets: readonly string[], error: unknown): unknown {
  if (secrets.length === 0) return error;
  if (typeof error !== 'object' || error === null || !('message' in error)) return without(secrets, error);
  const { name, message, cause } = error as Error;
  const clean = new Error(secrets.reduce(hidden, message), {
    ...(cause !== undefined && { cause: withoutSecrets(secrets, cause) }),
  });
  const code: unknown = (error as { code?: unknown }).code;
  return Object.assign(clean, { name }, code !== undefined && { code });
}

/** A short secret is hidden where it stands whole, a long one wherever a piece of it does. */
const hidden = (text: string, secret: string) => withoutEchoes(text.replaceAll(secret, '[secret]'), secret);
