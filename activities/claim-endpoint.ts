/** Chooses the endpoint to ask, and where it has rested, makes sure of being its one probe. */
import { type InvokeModelInput, PATIENCE_MS } from '../src/core/contract/activities.ts';
import { NoEligibleEndpoint } from '../src/core/routing/no-eligible-endpoint.ts';
import type { ChooseInput, ChooseRequest } from '../src/core/routing/request.ts';
import { NONE, sift } from '../src/core/routing/sift.ts';
import { worthWaiting } from '../src/core/routing/worth-waiting.ts';
import type { Decision } from '../src/core/vocabulary/decision.ts';
import { durationText } from '../src/core/vocabulary/duration-text.ts';
import type { Endpoint } from '../src/core/vocabulary/model.ts';
import type { Conversation } from './conversation.ts';
import { type Decided, decide } from './decide.ts';
import { type ActivityPorts, InvocationFailure } from './ports.ts';
import { refuseTooLong } from './refuse-too-long.ts';

export interface Claimed extends Decided {
  readonly endpoint: Endpoint;
  /** Whether the call is the endpoint's probe: others are kept away until it has ended. */
  readonly probes: boolean;
}

/**
 * @param decided told of each decision as it is made, the last one that holds
 * @throws InvocationFailure `no_eligible_endpoint` or `worth_waiting`, with the time until one may be asked as its hint;
 * `payload_too_large`
 */
export async function claimEndpoint(
  input: InvokeModelInput,
  conversation: Conversation,
  about: Pick<ChooseRequest, 'seed' | 'allotmentMicros'>,
  ports: ActivityPorts,
  decided: (decision: Decision) => void,
): Promise<Claimed> {
  for (;;) {
    const { asked, decision } = decide(input, conversation, about, ports);
    decided(decision);
    if (decision.candidates.length === 0) refuseTooLong(asked, conversation);
    if (input.retry === undefined && !input.ignoreHealth) waitWhereWorthIt(asked, decision, input);
    const endpoint = endpointFor(decision, asked, input.retry);
    const claim = await ports.health.claim(endpoint);
    // Who was told to ignore what is known of endpoints asks beside the probe.
    if (claim !== 'taken' || input.ignoreHealth)
      return { asked, decision, endpoint, probes: claim === 'probe' };
  }
}

/**
 * The endpoint to ask: the one that is retried, if it may still be asked; else the first candidate.
 * @throws InvocationFailure `no_eligible_endpoint`, with the time the first rate-limited one comes back as its hint
 */
function endpointFor(
  { candidates, cascade }: Decision,
  asked: ChooseInput,
  retry: string | undefined,
): Endpoint {
  const { catalog } = asked;
  const byId = (id: string | undefined) => {
    const i = id === undefined ? undefined : catalog.positionOf.get(id);
    return i === undefined ? undefined : catalog.endpoints[i];
  };
  const retried = byId(retry);
  if (retried && sift(asked).broken[catalog.positionOf.get(retried.id)!] === NONE) return retried;
  if (cascade?.length === 0 && candidates.length > 0) {
    const message = 'Nobody is left whose answer is likely enough to pass the checks to be worth its price.';
    throw new InvocationFailure('no_eligible_endpoint', message, { billed: false });
  }
  const best = byId(candidates[0]?.endpoint);
  if (best) return best;

  const { message, remedy, restEndsInMs, neededMicros, tooLong } = new NoEligibleEndpoint(asked);
  const about = { billed: false, hintMs: restEndsInMs, neededMicros, tooLong };
  throw new InvocationFailure('no_eligible_endpoint', `${message} ${remedy}`, about);
}

/** @throws InvocationFailure `worth_waiting`, with the time until the limited endpoint may be asked as its hint */
function waitWhereWorthIt(
  asked: ChooseInput,
  decision: Decision,
  { patienceMs = PATIENCE_MS, waitedMs }: Pick<InvokeModelInput, 'patienceMs' | 'waitedMs'>,
): void {
  const wait = worthWaiting(asked, decision, patienceMs, waitedMs);
  if (!wait) return;
  const { endpoint, forMs, gainUsd } = wait;
  const message = `Waiting ${durationText(forMs)} for ${endpoint} is worth $${gainUsd.toPrecision(2)} more than asking ${decision.candidates[0]!.endpoint} now.`;
  throw new InvocationFailure('worth_waiting', message, { billed: false, hintMs: forMs });
}
