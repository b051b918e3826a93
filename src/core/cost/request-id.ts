/** Which execution of an activity made a request. */
export interface ActivityExecution {
  readonly runId: string;
  readonly activityId: string;
  /** From 1; above 1 after a worker was lost. */
  readonly attempt: number;
}

/**
 * The name that a provider is given for a request, in the header `x-client-request-id`. It follows from history, so that
 * a request is known by it even if its worker died, and names the request's money in budgets and in the ledger.
 */
export const requestIdOf = ({ runId, activityId, attempt }: ActivityExecution): string =>
  `${runId}/${activityId}/${attempt}`;
