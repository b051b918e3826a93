/** Asks the router: which class the request is of, which policy holds for it, and which endpoints that leaves. */
import type { InvokeModelInput } from '../src/core/contract/activities.ts';
import { choose } from '../src/core/routing/choose.ts';
import { assertHistoryAccepted, policyFor } from '../src/core/routing/governance.ts';
import { DEFAULT_TASK_CLASS, inferTaskClass } from '../src/core/routing/infer-task-class.ts';
import { withMixedClasses } from '../src/core/routing/quality-index.ts';
import { ALL_WELL, type ChooseInput, type ChooseRequest } from '../src/core/routing/request.ts';
import type { Decision } from '../src/core/vocabulary/decision.ts';
import { SignalboxError } from '../src/core/vocabulary/errors.ts';
import type { TaskClass } from '../src/core/vocabulary/task-class.ts';
import { type RequestPolicies, wordsOf } from '../src/core/vocabulary/transcript.ts';
import { abilitiesFor, type Conversation, estimateTokens, inputsFor } from './conversation.ts';
import { type ActivityPorts, InvocationFailure } from './ports.ts';
import { reliabilityOf } from './verify-answer.ts';

export interface Decided {
  readonly asked: ChooseInput;
  readonly decision: Decision;
}

/** @throws InvocationFailure `invalid_request` where the class, the tenant or a layer of policy is wrong */
export function decide(
  input: InvokeModelInput,
  conversation: Conversation,
  { seed, allotmentMicros }: Pick<ChooseRequest, 'seed' | 'allotmentMicros'>,
  ports: ActivityPorts,
): Decided {
  const { taskClass, quality } = classOf(input, conversation, ports);
  // Who answered last may have the conversation in its cache.
  const prefer = conversation.messages.findLast((message) => message.role === 'assistant')?.endpoint;
  const { check } = reliabilityOf(conversation.verify, ports);
  const asked: ChooseInput = {
    request: {
      taskClass,
      inputTokens: estimateTokens(conversation),
      abilities: abilitiesFor(conversation),
      inputs: inputsFor(conversation),
      avoid: input.avoid ?? [],
      ...{ seed, allotmentMicros },
      ...(prefer !== undefined && { prefer }),
      ...(check && { check, rejected: input.rejected ?? [] }),
      ...(input.outgrown && { outgrownTokens: largestWindow(input.outgrown, ports.catalog) }),
    },
    catalog: ports.catalog,
    policy: refusing(() => governed(input, conversation.policies, taskClass, ports)),
    health: input.ignoreHealth ? ALL_WELL : ports.health.snapshot(),
    ...(quality && { quality }),
    ...(ports.exploration && { exploration: ports.exploration }),
    nowMs: Date.now(),
  };
  return { asked, decision: choose(asked) };
}

/** Of endpoints by id, in tokens. One that is not in the catalog any more has none. */
export const largestWindow = (ids: readonly string[], { endpoints, positionOf }: ActivityPorts['catalog']) =>
  Math.max(0, ...ids.map((id) => endpoints[positionOf.get(id) ?? -1]?.model.contextTokens ?? 0));

/** The class that the step names; where it names none, the one that its prompt seems to be of. */
function classOf(
  input: InvokeModelInput,
  { messages, task }: Conversation,
  { taskClasses, quality, classInferrer, catalog }: ActivityPorts,
): Pick<ChooseInput, 'quality'> & { taskClass: TaskClass } {
  const name = input.taskClass ?? task;
  const learnt = quality && { quality: quality.indexed };
  if (name !== undefined) {
    const taskClass = taskClasses.get(name);
    if (taskClass) return { taskClass, ...learnt };
    const known = [...taskClasses.keys()].join(', ');
    const message = `There is no task class "${name}". Use one of ${known}, or add it to taskClasses in the config.`;
    throw new InvocationFailure('invalid_request', message, { billed: false });
  }
  const fallback = taskClasses.get(DEFAULT_TASK_CLASS)!;
  if (!quality || !classInferrer) return { taskClass: fallback, ...learnt };
  const prompt = messages.find((message) => message.role === 'user')?.content ?? '';
  const { taskClass: inferred, chances } = inferTaskClass(classInferrer, wordsOf(prompt));
  if (inferred === DEFAULT_TASK_CLASS)
    return { taskClass: fallback, quality: withMixedClasses(quality, chances, catalog) };
  // A class that only the outcomes know has the default's preferences.
  return {
    taskClass: taskClasses.get(inferred) ?? { ...fallback, name: inferred },
    quality: quality.indexed,
  };
}

function governed(
  { agent, step, tenant }: InvokeModelInput,
  policies: RequestPolicies | undefined,
  taskClass: TaskClass,
  { governance }: ActivityPorts,
): ChooseInput['policy'] {
  const policy = policyFor(governance, {
    ...{ tenant, taskClass },
    agent: { name: agent, policy: policies?.agent },
    step: { name: step, policy: policies?.step },
    request: policies?.request,
  });
  assertHistoryAccepted(policy, governance);
  return policy;
}

/** What a person got wrong about policy is no attempt's failure: it stops the walk and says what to mend. */
function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    throw new InvocationFailure('invalid_request', `${error.message} ${error.remedy}`, { billed: false });
  }
}
