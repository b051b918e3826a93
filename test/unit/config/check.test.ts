import { describe, expect, it } from '@jest/globals';
import { type CheckPort, InvocationFailure, type ModelAnswer } from '../../../activities/ports.ts';
import { reliabilityOf, verifyAnswer } from '../../../activities/verify-answer.ts';
import { check } from '../../../src/config/check.ts';

/** By name: none. */
const NO_JUDGES = new Map();
const never = new AbortController().signal;

describe('a check', () => {
  it('accepts with true, and says what is wrong otherwise', async () => {
    const { run } = check({ accepts: (answer) => (answer === 42 ? true : `${answer} is not 42`) });
    expect(await run(42, never)).toBe(true);
    expect(await run(41, never)).toBe('41 is not 42');
  });

  it('is taken to be right and free unless it says otherwise', () => {
    const accepts = () => true;
    expect(check({ accepts }).reliability).toEqual({ acceptsWrong: 0, rejectsRight: 0, costUsd: 0 });
    expect(check({ accepts, acceptsWrong: 0.3, costUsd: 0.01 }).reliability).toEqual({
      ...{ acceptsWrong: 0.3, rejectsRight: 0, costUsd: 0.01 },
    });
  });

  it('that throws, at once or later, breaks with what it threw', async () => {
    const accepts = (): boolean => {
      throw new Error('no compiler here');
    };
    await expect(check({ accepts }).run('', never)).rejects.toThrow('no compiler here');
    await expect(check({ accepts: async () => accepts() }).run('', never)).rejects.toThrow('no compiler');
  });

  it('is given up after its time, and told so', async () => {
    let told = false;
    const slow = check({
      timeoutMs: 10,
      accepts: (_, { signal }) =>
        new Promise<boolean>(() => {
          signal.addEventListener('abort', () => {
            told = true;
          });
        }),
    });
    await expect(slow.run('', never)).rejects.toThrow('longer than 10 ms');
    expect(told).toBe(true);
  });

  it('is given up where its caller has given up, before or while it runs', async () => {
    const hangs = check({ accepts: () => new Promise<boolean>(() => {}) });
    await expect(hangs.run('', AbortSignal.abort())).rejects.toThrow();
    const caller = new AbortController();
    const running = hangs.run('', caller.signal);
    caller.abort();
    await expect(running).rejects.toThrow();
  });
});

const portOf = (
  change: Partial<CheckPort['reliability']>,
  verdict: boolean | string | Error = true,
): CheckPort => ({
  reliability: { acceptsWrong: 0, rejectsRight: 0, costUsd: 0, ...change },
  run: async () => {
    if (verdict instanceof Error) throw verdict;
    return verdict;
  },
});

describe('several checks', () => {
  const checks = new Map([
    ['a', portOf({ acceptsWrong: 0.5, rejectsRight: 0.1, costUsd: 0.01 })],
    ['b', portOf({ acceptsWrong: 0.2, rejectsRight: 0.2, costUsd: 0.02 })],
  ]);

  it('must all accept: a wrong answer must fool each, a right one pass each, and all cost', () => {
    const { check: both } = reliabilityOf(['a', 'b'], { checks, judges: NO_JUDGES });
    expect(both!.acceptsWrong).toBeCloseTo(0.1);
    expect(both!.rejectsRight).toBeCloseTo(0.28);
    expect(both!.costUsd).toBeCloseTo(0.03);
    const { check: one } = reliabilityOf(['a'], { checks, judges: NO_JUDGES });
    expect(one!.rejectsRight).toBeCloseTo(0.1);
    expect(reliabilityOf([], { checks, judges: NO_JUDGES })).toEqual({});
  });

  it('that nobody knows are refused by name, with those that there are', () => {
    expect(() => reliabilityOf(['a', 'c'], { checks, judges: NO_JUDGES })).toThrow(/"c".*a, b/);
  });
});

describe('an answer', () => {
  const answer: ModelAnswer = {
    message: { role: 'assistant', content: [{ type: 'text', text: '{"sum":4}' }] },
    finishReason: 'stop',
    firstTokenMs: 1,
    headroom: [],
  };
  const verify = (checks: Record<string, CheckPort>, of: Partial<ModelAnswer> = {}, outputSchema?: object) =>
    verifyAnswer(
      { ...answer, ...of },
      { messages: [], tools: [], verify: Object.keys(checks), ...(outputSchema && { outputSchema: {} }) },
      { checks: new Map(Object.entries(checks)), judges: NO_JUDGES },
      never,
    );
  const kindOf = (work: Promise<unknown>) =>
    work.then(
      () => 'accepted',
      (error: unknown) => (error instanceof InvocationFailure ? `${error.kind} ${error.message}` : error),
    );

  it('is accepted where all checks accept it', async () => {
    expect(await kindOf(verify({ a: portOf({}), b: portOf({}) }))).toBe('accepted');
  });

  it('is rejected with what the first check that rejects it says', async () => {
    const said = await kindOf(
      verify({ a: portOf({}), b: portOf({}, '4 is odd'), c: portOf({}, 'never asked') }),
    );
    expect(said).toBe('check_failed Check "b" rejects the answer: 4 is odd.');
    expect(await kindOf(verify({ a: portOf({}, false) }))).toBe('check_failed Check "a" rejects the answer.');
  });

  it('is nobody’s fault where a check breaks', async () => {
    const said = await kindOf(verify({ a: portOf({}, new Error('no compiler here.')) }));
    expect(said).toMatch(/^invalid_request Check "a" broke: no compiler here\. Mend it/);
  });

  it('is shown as text, or parsed where the step has a schema', async () => {
    const seen: unknown[] = [];
    const looks = { ...portOf({}), run: async (value: unknown) => seen.push(value) > 0 };
    await verify({ looks });
    await verify({ looks }, {}, {});
    expect(seen).toEqual(['{"sum":4}', { sum: 4 }]);
  });

  it('is not looked at while it calls tools', async () => {
    const call = { type: 'tool-call' as const, toolCallId: '1', toolName: 'search', input: {} };
    const message = { role: 'assistant' as const, content: [call] };
    expect(await kindOf(verify({ a: portOf({}, false) }, { message }))).toBe('accepted');
  });
});
