import { randomUUID } from 'node:crypto';
import {
  Client,
  Connection,
  type ConnectionOptions,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { Agent } from '../../workflows/run.ts';
import { DEFAULT_TASK_QUEUE, SEARCH_ATTRIBUTES, type StartArguments } from '../core/contract/run.ts';
import {
  assertHistoryAccepted,
  type Governance,
  type GovernanceConfig,
  governanceOf,
  policyFor,
} from '../core/routing/governance.ts';
import { CARRIED_BYTES, NAME_CHARS } from '../core/transcript/sizes.ts';
import type { Policy } from '../core/vocabulary/policy.ts';
import {
  InputTooLarge,
  InvalidQuery,
  NoWorker,
  RunAlreadyStarted,
  RunNotFound,
  SearchAttributesMissing,
  ServerTooOld,
  ServerUnreachable,
  TenantTooLong,
} from './errors.ts';
import { RunHandle } from './run-handle.ts';
import { type RunSummary, summaryOf } from './run-view.ts';

export interface SignalboxOptions {
  /** Where agents' workers poll. Default `signalbox`. */
  readonly taskQueue?: string;
  /**
   * The config that the workers have. With it `start` refuses what policy forbids before anything is sent to the server;
   * without it only the worker can, once the run's input stands in its history.
   */
  readonly config?: GovernanceConfig;
}

export interface ConnectOptions extends SignalboxOptions {
  /** `host:port`. Default: the environment's TEMPORAL_ADDRESS, else 127.0.0.1:7233. */
  readonly address?: string;
  /** Default: the environment's TEMPORAL_NAMESPACE, else `default`. */
  readonly namespace?: string;
  /** Everything else a Temporal connection takes, TLS and API keys for Temporal Cloud among it. */
  readonly connection?: ConnectionOptions;
}

export interface StartOptions {
  /**
   * The workflow id. The same id twice is refused while the first run is known. Default: the agent's name and 12 random
   * digits.
   */
  readonly id?: string;
  /** The most the run may spend, in USD; only lowers the agent's own limit. */
  readonly maxUsd?: number;
  /** Whose policy, budget and fairness apply. */
  readonly tenant?: string;
  /** Tightens what every other layer of policy says, for this run. */
  readonly policy?: Policy;
}

/** Starts agents from backend code, and finds the runs again. */
export class Signalbox {
  readonly client: Client;
  readonly taskQueue: string;
  /** `host:port` of the server. */
  readonly address: string;
  readonly #governance: Governance;
  #serverChecked: Promise<void> | undefined;

  /** Over a Temporal client that you already have. */
  constructor(client: Client, { taskQueue = DEFAULT_TASK_QUEUE, config = {} }: SignalboxOptions = {}) {
    this.client = client;
    this.#governance = governanceOf(config);
    this.taskQueue = taskQueue;
    this.address =
      client.connection instanceof Connection ? client.connection.options.address : 'the given connection';
  }

  /** @throws ServerUnreachable */
  static async connect({
    address,
    namespace,
    connection,
    ...options
  }: ConnectOptions = {}): Promise<Signalbox> {
    const target = address ?? process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233';
    const connected = await Connection.connect({
      connectTimeout: '5s',
      ...connection,
      // A page of history is as large as what steps have said at once; past gRPC's own 4 MB it would be asked for again
      // and again.
      channelArgs: { 'grpc.max_receive_message_length': PAGE_BYTES, ...connection?.channelArgs },
      address: target,
    }).catch((error: unknown) => {
      throw new ServerUnreachable(target, error);
    });
    const client = new Client({
      connection: connected,
      namespace: namespace ?? process.env.TEMPORAL_NAMESPACE ?? 'default',
    });
    return new Signalbox(client, options);
  }

  /**
   * Starts a run and returns at once; the run goes on whatever happens to this process.
   * @throws InputTooLarge, TenantTooLong, RunAlreadyStarted, ServerTooOld, SearchAttributesMissing, ServerUnreachable; where policy
   * forbids it, PolicyRelaxed, PolicyContradiction, UnknownTenant, HistoryNotEncrypted
   */
  async start<Input, Output>(
    agent: Agent<Input, Output>,
    input: Input,
    options?: StartOptions,
  ): Promise<RunHandle<Output>>;
  /** By name, for agents whose code is not at hand. */
  async start(agent: string, input: unknown, options?: StartOptions): Promise<RunHandle<unknown>>;
  async start(
    agent: Agent<never, unknown> | string,
    input: unknown,
    { id, ...given }: StartOptions = {},
  ): Promise<RunHandle<unknown>> {
    const [name, policy] = typeof agent === 'string' ? [agent] : [agent.agentName, agent.policy];
    const { tenant } = given;
    if (tenant !== undefined && tenant.length > NAME_CHARS) throw new TenantTooLong(tenant);
    this.#assertAllowed(given, { name, policy });
    const workflowId = id ?? `${name}-${randomUUID().slice(0, ID_CHARS)}`;
    const bytes = Buffer.byteLength(JSON.stringify(input) ?? '');
    // A run that goes on as a new one carries it again, beside its own state.
    if (bytes > CARRIED_BYTES) throw new InputTooLarge(name, bytes, CARRIED_BYTES);
    this.#serverChecked ??= this.#checkServer();
    await this.#serverChecked;
    const start: StartArguments[] = Object.keys(given).length === 0 ? [] : [given];
    try {
      await this.client.workflow.start(name, {
        workflowId,
        taskQueue: this.taskQueue,
        args: [input, ...start],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        typedSearchAttributes: [
          { key: ATTRIBUTE.status, value: 'running' },
          { key: ATTRIBUTE.agent, value: name },
          ...(tenant === undefined ? [] : [{ key: ATTRIBUTE.tenant, value: tenant }]),
        ],
      });
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) throw new RunAlreadyStarted(workflowId);
      throw this.reachable(error);
    }
    return this.run(workflowId);
  }

  /** What the client knows of policy: the classes' layer comes with the steps, which only the worker sees. */
  #assertAllowed(
    { tenant, policy: request }: StartOptions,
    agent: { readonly name: string; readonly policy: Policy | undefined },
  ): void {
    const policy = policyFor(this.#governance, { tenant, agent, request });
    assertHistoryAccepted(policy, this.#governance);
  }

  /** A run by its id; nothing is asked of the server yet. */
  run<Output = unknown>(id: string): RunHandle<Output> {
    return new RunHandle<Output>(this, id);
  }

  /**
   * Runs of agents, the newest first.
   * @param query a Temporal visibility query to narrow them, e.g. `SignalboxStatus = "parked"`
   */
  async *list({
    query,
    limit = 50,
  }: {
    readonly query?: string;
    readonly limit?: number;
  } = {}): AsyncGenerator<RunSummary> {
    const agents = 'SignalboxAgent IS NOT NULL';
    let listed = 0;
    try {
      for await (const info of this.client.workflow.list({
        query: query ? `${agents} AND (${query})` : agents,
      })) {
        if (listed++ === limit) return;
        yield summaryOf(info);
      }
    } catch (error) {
      if (query && grpcCodeOf(error) === INVALID_ARGUMENT) throw new InvalidQuery(query, error);
      throw this.reachable(error);
    }
  }

  /** A server that lacks what workflows use would fail their tasks for ever: better told before the first starts. */
  async #checkServer(): Promise<void> {
    const { workflowService, options } = this.client;
    const { serverVersion } = await workflowService.getSystemInfo({}).catch((error: unknown) => {
      throw this.reachable(error);
    });
    if (serverVersion && isOlder(serverVersion, OLDEST_SERVER)) {
      throw new ServerTooOld(this.address, serverVersion, OLDEST_SERVER);
    }
    const query = Object.keys(SEARCH_ATTRIBUTES).map((name) => `${name} IS NULL`);
    await workflowService
      .countWorkflowExecutions({ namespace: options.namespace, query: query.join(' AND ') })
      .catch((error: unknown) => {
        if (grpcCodeOf(error) === INVALID_ARGUMENT) {
          throw new SearchAttributesMissing(options.namespace, error);
        }
        throw this.reachable(error);
      });
  }

  /** @throws NoWorker where nobody polls the task queue */
  async assertWorker(): Promise<void> {
    const { pollers } = await this.client.workflowService.describeTaskQueue({
      namespace: this.client.options.namespace,
      taskQueue: { name: this.taskQueue },
      taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
    });
    if (!pollers?.length) throw new NoWorker(this.taskQueue);
  }

  /** @throws RunNotFound, ServerUnreachable */
  async describe(id: string): Promise<WorkflowExecutionDescription> {
    try {
      return await this.client.workflow.getHandle(id).describe();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw new RunNotFound(id, this.client.options.namespace);
      throw this.reachable(error);
    }
  }

  /** A gRPC failure of the connection, named as such; any other error as it is. */
  reachable(error: unknown): unknown {
    const code = grpcCodeOf(error);
    return code === UNAVAILABLE || code === DEADLINE_EXCEEDED
      ? new ServerUnreachable(this.address, error)
      : error;
  }

  async close(): Promise<void> {
    await this.client.connection.close();
  }
}

/** A page holds the events of some twenty workflow tasks, each of 3 MB at most. */
const PAGE_BYTES = 64 * 1024 * 1024;

/** What a run is found by from its start on. */
const ATTRIBUTE = {
  status: defineSearchAttributeKey('SignalboxStatus', SEARCH_ATTRIBUTES.SignalboxStatus),
  agent: defineSearchAttributeKey('SignalboxAgent', SEARCH_ATTRIBUTES.SignalboxAgent),
  tenant: defineSearchAttributeKey('SignalboxTenant', SEARCH_ATTRIBUTES.SignalboxTenant),
};

/** Of a UUID: 48 random bits, short enough to read. */
const ID_CHARS = 13;

/** temporal.api.enums.v1.TaskQueueType */
const TASK_QUEUE_TYPE_WORKFLOW = 1;
const OLDEST_SERVER = '1.29';
const isOlder = (version: string, than: string) => version.localeCompare(than, 'en', { numeric: true }) < 0;

/** The gRPC status of an error, or of what it wraps; `undefined` where it is none of gRPC's. */
function grpcCodeOf(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof Error && isGrpcServiceError(error.cause) ? error.cause.code : undefined;
}

/** gRPC status codes. */
const INVALID_ARGUMENT = 3;
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;
