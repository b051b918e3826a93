import { defineSearchAttributeKey, type SearchAttributeUpdatePair } from '@temporalio/common';
import { setCurrentDetails, upsertMemo, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { InvokeModelInput, InvokeModelResult } from '../src/core/contract/activities.ts';
import {
  LEDGER_DUE,
  PARKED_MEMO,
  type Parked,
  SEARCH_ATTRIBUTES,
  type SearchAttribute,
} from '../src/core/contract/run.ts';
import { DecisionReader } from '../src/core/routing/written-decision.ts';
import { renderDetails } from '../src/core/run/render-details.ts';
import {
  afterRunEvent,
  carriedState,
  NEW_RUN,
  type RunEvent,
  type RunState,
} from '../src/core/run/run-state.ts';
import { jsonBytes } from '../src/core/transcript/json-bytes.ts';

const keyOf = <Name extends SearchAttribute>(name: Name) =>
  defineSearchAttributeKey(name, SEARCH_ATTRIBUTES[name]);
const key = {
  status: keyOf('SignalboxStatus'),
  agent: keyOf('SignalboxAgent'),
  tenant: keyOf('SignalboxTenant'),
  parked: keyOf('SignalboxParked'),
  taskClass: keyOf('SignalboxTaskClass'),
  model: keyOf('SignalboxModel'),
  provider: keyOf('SignalboxProvider'),
  costMicros: keyOf('SignalboxCostMicros'),
  ledger: keyOf('SignalboxLedger'),
};

/** Steps that a memo tells of, which the server bounds: the others are told as these are repaired. */
const PARKED_SHOWN = 100;

/**
 * Shows the run to people: current details on every event, search attributes at step ends and parks only, because each
 * upsert is an event of history. Neither ever holds a prompt or an answer.
 */
export class Journal {
  readonly #agent: string;
  readonly #decisions = new DecisionReader();
  #state: RunState;
  /** A step has ended that search attributes do not tell of yet. */
  #hasNews = false;

  /** @param carried what the run that this one continues has shown */
  constructor(agent: string, tenant: string | undefined, carried?: RunState) {
    this.#agent = agent;
    this.#state = carried ?? NEW_RUN;
    // A client of ours has said so at the start, which saves an event.
    const isSaid = !carried && workflowInfo().typedSearchAttributes.get(key.agent) === agent;
    if (!isSaid)
      upsertSearchAttributes([
        ...(carried ? [{ key: key.ledger, value: null }] : []),
        { key: key.status, value: 'running' },
        { key: key.agent, value: agent },
        ...(tenant === undefined ? [] : [{ key: key.tenant, value: tenant }]),
      ]);
    this.#show();
  }

  record(event: RunEvent): void {
    this.#state = afterRunEvent(this.#state, event);
    this.#show();
    if (event.type === 'parked' || event.type === 'unparked') this.#publishParked();
    // With the next call, so that the last step's go with the close of the run.
    if (event.type === 'scheduled' && this.#hasNews) this.#publishFacts();
    if (event.type === 'answered' && this.#stepIsDone(event.input.step)) this.#hasNews = true;
  }

  answered(input: InvokeModelInput, result: InvokeModelResult): void {
    const decision = this.#decisions.readAnswered(input.transcript.id, result.decision);
    this.record({ type: 'answered', input, result: { ...result, decision } });
  }

  #publishFacts(): void {
    this.#hasNews = false;
    upsertSearchAttributes(this.#facts());
  }

  /** Whether anybody may have been asked, and so may have billed something. */
  get hasCosts(): boolean {
    return this.#state.steps.length > 0;
  }

  /** @param recorded whether the ledger has all that the run cost */
  close(status: 'completed' | 'failed' | 'canceled', recorded: boolean): void {
    upsertSearchAttributes([
      { key: key.status, value: status },
      ...(recorded ? [] : [{ key: key.ledger, value: LEDGER_DUE }]),
      { key: key.parked, value: null },
      ...this.#facts(),
    ]);
  }

  /** What the run that continues this one is to show. */
  get carried(): RunState {
    return carriedState(this.#state);
  }

  /** @param recorded whether the ledger has all that the run cost so far */
  continues(recorded: boolean): void {
    if (!recorded) upsertSearchAttributes([{ key: key.ledger, value: LEDGER_DUE }]);
  }

  #stepIsDone(step: string): boolean {
    return this.#state.steps.find(({ name }) => name === step)?.status === 'done';
  }

  #publishParked(): void {
    const parked = this.#state.steps.flatMap((step) => step.parked);
    upsertMemo({ [PARKED_MEMO]: parked.slice(0, PARKED_SHOWN) satisfies Parked[] });
    upsertSearchAttributes([
      { key: key.status, value: parked.length > 0 ? 'parked' : 'running' },
      { key: key.parked, value: parked[0] ? `${parked[0].reason}: ${parked[0].step}` : null },
      ...this.#facts(),
    ]);
  }

  #facts(): SearchAttributeUpdatePair[] {
    const { steps, costMicros } = this.#state;
    const answered = steps.flatMap(({ endpoint, model }) => (endpoint && model ? [{ endpoint, model }] : []));
    return [
      { key: key.taskClass, value: unique(steps.map(({ taskClass }) => taskClass)) },
      { key: key.model, value: unique(answered.map(({ model }) => model)) },
      { key: key.provider, value: unique(answered.map(({ endpoint }) => endpoint.split('/')[0]!)) },
      { key: key.costMicros, value: costMicros },
    ];
  }

  #show(): void {
    setCurrentDetails(renderDetails(this.#agent, this.#state, workflowInfo().workflowId));
  }
}

/** The server takes 2 KB in an attribute, and refuses the workflow task otherwise: what does not fit is left out. */
const ATTRIBUTE_BYTES = 1_500;

function unique(values: string[]): string[] {
  const kept: string[] = [];
  for (const value of new Set(values)) if (jsonBytes([...kept, value]) <= ATTRIBUTE_BYTES) kept.push(value);
  return kept;
}
