/** Where a tool call stands in a run, which no worker's death, retry or continue-as-new changes. */
export interface CallPlace {
  /** Of the chain's first execution: a workflow id may be used again once its run is forgotten. */
  readonly firstRunId: string;
  readonly step: string;
  readonly turn: number;
  /** Among the calls of one answer, from 0; models give several calls the same id. */
  readonly position: number;
}

/** `2.1` is the first call of turn 2. */
export const callNumber = ({ turn, position }: Pick<CallPlace, 'turn' | 'position'>): string =>
  `${turn}.${position + 1}`;

/** The idempotency key of an effect, for people and for headers: `0199…/notify/2.1` */
export const effectKey = ({ firstRunId, step, ...call }: CallPlace): string =>
  `${firstRunId}/${encodeURIComponent(step.toWellFormed())}/${callNumber(call)}`;
