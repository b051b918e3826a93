/** What becomes of an attempt whose worker dies: the activity alone, in the environment that Temporal has for it. */
import { expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createInvokeModel } from '../../activities/invoke-model.ts';
import type { ActivityPorts, ModelAnswer } from '../../activities/ports.ts';
import { InvocationFailure } from '../../activities/ports.ts';
import { Blobs } from '../../src/blobs/blobs.ts';
import { resolveConfig } from '../../src/config/resolve-config.ts';
import type {
  AttemptFailure,
  InvokeModelInput,
  InvokeModelResult,
} from '../../src/core/contract/activities.ts';
import { indexCatalog } from '../../src/core/routing/catalog-index.ts';
import type { ShownEntry } from '../../src/core/vocabulary/transcript.ts';
import { WorkerHealth } from '../../src/worker/health.ts';
import { resolveProviders, SIMULATED_URL_ENV } from '../../src/worker/resolve-providers.ts';
import { until } from '../support/until.ts';

const answer: ModelAnswer = {
  message: { role: 'assistant', content: [{ type: 'text', text: 'The mill.' }] },
  finishReason: 'stop',
  usage: { inputTokens: 100, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 10, reasoningTokens: 0 },
  firstTokenMs: 5,
  headroom: [],
};

const said: readonly ShownEntry[] = [
  { role: 'setup', tools: [] },
  { role: 'user', content: 'What opened?' },
];
const input: InvokeModelInput = {
  agent: 'ask',
  step: 'answer',
  turn: 1,
  taskClass: 'writing',
  transcript: { id: 'answer', length: 0, digest: '' },
  delta: said,
  allotmentMicros: 250_000,
  patienceMs: 0,
};

/** Runs the activity as the server would after so many attempts, with what the last heartbeat said. */
function newAttempt(
  attempt: number,
  heartbeatDetails: unknown,
  invoke: ActivityPorts['models']['invoke'] = async () => answer,
) {
  const heartbeats: unknown[] = [];
  const resolved = resolveConfig({ agents: 'agents.ts' }, 'simulated');
  const providers = resolveProviders(resolved, { [SIMULATED_URL_ENV]: 'http://127.0.0.1:1' });
  const ports: ActivityPorts = {
    ...resolved,
    catalog: indexCatalog(resolved.catalog),
    models: { invoke },
    transcripts: {
      resolve: async () => [],
      shown: async () => said,
      answers: async () => new Map(),
      remember: () => {},
    },
    blobs: new Blobs({ put: async () => {}, get: async () => undefined }),
    health: new WorkerHealth(providers, () => {}),
    heartbeats: { send: async (details) => void heartbeats.push(details) },
    budgets: { reserve: async () => undefined, settle: async () => {} },
    ledger: { record: async () => {} },
    tools: new Map(),
  };
  const environment = new MockActivityEnvironment(
    { attempt, heartbeatDetails },
    { logger: new DefaultLogger('ERROR') },
  );
  environment.on('heartbeat', (details: unknown) => heartbeats.push(details));
  const run = (change: Partial<InvokeModelInput> = {}): Promise<InvokeModelResult> =>
    environment.run(createInvokeModel(ports), { ...input, ...change });
  return { run, heartbeats, environment };
}

const failureOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApplicationFailure)) throw new Error(`no ApplicationFailure, but ${error}`);
  return { type: error.type, retryable: !error.nonRetryable, detail: error.details![0] as AttemptFailure };
};

const open = {
  endpoint: 'sim-aurora/sim-atlas-large',
  requestedModel: 'sim-atlas-large',
  costMicros: 96_000,
  price: 'simulated price list, 2026-11-01',
  atMs: 0,
};

it('what is about to be spent is told before it is asked for', async () => {
  let toldBefore = 0;
  const attempt = newAttempt(1, undefined, async () => {
    toldBefore = attempt.heartbeats.length;
    return answer;
  });
  await attempt.run();
  expect(toldBefore).toBe(1);
  expect(attempt.heartbeats[0]).toMatchObject({
    lost: [],
    open: { endpoint: expect.stringContaining('sim-'), costMicros: expect.any(Number) },
  });
});

it('heartbeats tell how much of the answer has come', async () => {
  const attempt = newAttempt(1, undefined, async (_, { received }) => {
    received(7);
    received(5);
    await until(() => attempt.heartbeats.length > 1);
    return answer;
  });
  await attempt.run();
  expect(attempt.heartbeats).toMatchObject([{ lost: [] }, { lost: [], receivedCharacters: 12 }]);
});

// A database that is away takes ten seconds to be given up, and a worker without heartbeats is dead after five.
it('a worker that is slow to ask says that it lives, and what was lost before it', async () => {
  const attempt = newAttempt(2, { lost: [], open });
  const answered = attempt.run({ pauseMs: 1_500 });
  await until(() => attempt.heartbeats.length > 0);
  expect(attempt.heartbeats).toEqual([{ lost: [expect.objectContaining({ endpoint: open.endpoint })] }]);
  await answered;
  expect(attempt.heartbeats.at(-1)).toHaveProperty('open');
});

it('a call whose worker died is charged at the most it can have cost', async () => {
  const { lost } = await newAttempt(2, { lost: [], open }).run();
  expect(lost).toMatchObject([
    { endpoint: open.endpoint, outcome: 'worker_lost', costMicros: open.costMicros },
  ]);
});

it('calls of several workers that died are all charged', async () => {
  const before = { ...open, outcome: 'worker_lost', totalMs: 1 };
  const { lost } = await newAttempt(3, { lost: [before], open: { ...open, costMicros: 50_000 } }).run();
  expect(lost!.map(({ costMicros }) => costMicros)).toEqual([96_000, 50_000]);
});

it('a worker that died before it asked costs nothing', async () => {
  expect((await newAttempt(2, undefined).run()).lost).toBeUndefined();
});

// The lost calls are settled out of the same allotment: asked for in full again, the run could pass its cap.
it('what was lost is taken from what the attempt may still cost', async () => {
  const spent = { ...open, costMicros: 249_000 };
  const attempt = newAttempt(2, { lost: [], open: spent });
  const { attempt: answered } = await attempt.run();
  const told = attempt.heartbeats[0] as { open: { costMicros: number } };
  expect(spent.costMicros + told.open.costMicros).toBeLessThanOrEqual(input.allotmentMicros);
  expect(answered.outcome).toBe('answered');
});

it('an attempt that killed three workers is given up, without asking a fourth time', async () => {
  let asked = 0;
  const attempt = newAttempt(4, { lost: [], open }, async () => {
    asked += 1;
    return answer;
  });
  const { type, retryable, detail } = await failureOf(attempt.run());
  expect({ type, retryable, asked }).toEqual({ type: 'worker_lost', retryable: false, asked: 0 });
  expect(detail.disposition.onward).toBe('stop');
  expect(detail.lost).toHaveLength(1);
});

it('a failure carries what was lost before it', async () => {
  const attempt = newAttempt(2, { lost: [], open }, async () => {
    throw new InvocationFailure('unavailable', '503 down', { billed: false });
  });
  const { type, detail } = await failureOf(attempt.run());
  expect(type).toBe('unavailable');
  expect(detail.lost).toHaveLength(1);
});

it('an endpoint whose provider says that asking again will not help is not asked again', async () => {
  const attempt = newAttempt(1, undefined, async () => {
    throw new InvocationFailure('unavailable', '503 down', { billed: false, lasting: true });
  });
  expect((await failureOf(attempt.run())).detail.disposition.triesPerEndpoint).toBe(1);
});

it('an error that nobody foresaw is a failed attempt, not one that the server repeats for ever', async () => {
  const attempt = newAttempt(1, undefined, async () => {
    throw new TypeError('no such thing');
  });
  expect(await failureOf(attempt.run())).toMatchObject({ type: 'unknown', retryable: false });
});

it('an answer whose usage is not told is charged at the most it can have cost', async () => {
  const { usage: _, ...untold } = answer;
  const attempt = newAttempt(1, undefined, async () => untold);
  const { attempt: answered } = await attempt.run();
  const told = attempt.heartbeats[0] as { open: { costMicros: number } };
  expect(answered.costMicros).toBe(told.open.costMicros);
});

it.each([
  ['cut at the output limit', { ...answer, finishReason: 'length' }, 'output_invalid'],
  ['filtered', { ...answer, finishReason: 'content-filter' }, 'content_filtered'],
  [
    'of spaces',
    { ...answer, message: { role: 'assistant', content: [{ type: 'text', text: ' \n' }] } },
    'answer_incomplete',
  ],
])('an answer %s is no answer, and its tokens are charged', async (_, said, kind) => {
  const attempt = newAttempt(1, undefined, async () => said as ModelAnswer);
  const { type, detail } = await failureOf(attempt.run());
  expect(type).toBe(kind);
  expect(detail.attempt.costMicros).toBeGreaterThan(0);
});

it('a cancelled call ends as cancelled, not as a failure to be failed over', async () => {
  const attempt = newAttempt(
    1,
    undefined,
    (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
        attempt.environment.cancel();
      }),
  );
  await expect(attempt.run()).rejects.toMatchObject({ name: 'CancelledFailure' });
});
