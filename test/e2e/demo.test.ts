import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { contracts, type RandomContract } from '../unit/simulated/contracts.ts';
import { type Running, type Sandbox, useSandboxes } from './support/sandbox.ts';

const newSandbox = useSandboxes();

/** What the example's agent returns. */
interface Review {
  parties: { name: string; role: string }[];
  dates: string[];
  amounts: string[];
  clauses: { title: string; type: string }[];
  risks: { topic: string; quote: string }[];
  summary: string;
}

interface DemoOutput {
  workflowId: string;
  status: string;
  simulated: boolean;
  costMicros: number;
  ui: string;
  steps: DemoStep[];
  review: Review;
}

interface DemoStep {
  name: string;
  taskClass: string;
  model: string;
  endpoint: string;
  attempts: { endpoint: string; outcome: string; costMicros: number }[];
}

async function jsonOf(running: Running): Promise<DemoOutput> {
  const { code, stdout, stderr } = await running.exited;
  if (code !== 0) throw new Error(`It ended with ${code}:\n${stderr}`);
  return JSON.parse(stdout) as DemoOutput;
}

/** Three contracts nobody has seen before, as files. */
function writeContracts(sandbox: Sandbox): (RandomContract & { file: string })[] {
  const seed = Date.now();
  process.stderr.write(`Random contracts of seed ${seed}\n`);
  return fc
    .sample(contracts, { seed, numRuns: 3 })
    .map((contract, index) => ({ ...contract, file: sandbox.write(`contract-${index}.txt`, contract.text) }));
}

test('reviews three random contracts, each with its own parties, dates and amounts', async () => {
  const sandbox = newSandbox();
  await sandbox.dev();
  const written = writeContracts(sandbox);
  const reviewed = await Promise.all(written.map(({ file }) => jsonOf(sandbox.demo(file, '--json'))));

  for (const [index, { parties, dates, amounts, text }] of written.entries()) {
    const { review, status, simulated } = reviewed[index]!;
    expect({ status, simulated }).toEqual({ status: 'completed', simulated: true });
    for (const { name } of parties) expect(review.parties.map((party) => party.name)).toContain(name);
    expect(review.dates).toEqual(expect.arrayContaining([...dates]));
    expect(review.amounts).toEqual(expect.arrayContaining([...amounts]));
    expect(review.clauses.map(({ title }) => title)).toEqual([
      '1. Delivery.',
      '2. Price.',
      '3. Term.',
      '4. Governing law.',
    ]);
    for (const { quote } of review.risks) expect(text.replace(/\s+/g, ' ')).toContain(quote);
  }
});

test('with every provider down nothing of a contract appears, and the error says what to do', async () => {
  const sandbox = newSandbox();
  const { control } = await sandbox.dev();
  await control.setFault('*', { kind: 'status', status: 503 });
  const written = writeContracts(sandbox);
  const exits = await Promise.all(written.map(({ file }) => sandbox.demo(file).exited));

  for (const [index, { parties, dates, amounts }] of written.entries()) {
    const { code, stdout, stderr } = exits[index]!;
    expect(code).toBe(1);
    for (const fact of [...parties.map(({ name }) => name), ...dates, ...amounts]) {
      expect(stdout + stderr).not.toContain(fact);
    }
  }
});

test('a run that parks ends the demo with what to do, and leaves nothing running', async () => {
  const sandbox = newSandbox();
  const { code, stdout, stderr } = await sandbox.demo('--json', '--fault', 'all=503').exited;
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/Error: Run contractReview-\S+ is parked\. Step "parties and obligations"/);
  expect(stderr).toMatch(/Remedy: .*resume contractReview-/);
  expect(sandbox.processes()).toEqual([]);
});

test('fails over when the first choice is down, for everybody to see afterwards', async () => {
  const sandbox = newSandbox();
  const { workflowId, status, steps, ui } = await jsonOf(sandbox.demo('--json', '--fault', 'primary=503'));
  expect(status).toBe('completed');
  expect(ui).toContain(workflowId);
  expect(sandbox.processes()).toEqual([]);

  for (const { name, taskClass, model, endpoint, attempts } of steps) {
    expect([name, taskClass, model, endpoint].every((text) => typeof text === 'string' && text !== '')).toBe(
      true,
    );
    expect(attempts.at(-1)).toEqual({
      endpoint,
      outcome: 'answered',
      costMicros: expect.any(Number),
    });
  }
  const risks = steps.find(({ name }) => name === 'risks')!;
  const [failed] = risks.attempts;
  expect(failed).toEqual({ endpoint: expect.any(String), outcome: 'unavailable', costMicros: 0 });
  expect(risks.endpoint).not.toBe(failed!.endpoint);

  // Temporal's own CLI, over the database that the demo has left.
  const show = await sandbox.signalbox(
    ...['temporal', 'workflow', 'show', '--workflow-id', workflowId, '--output', 'json'],
  ).exited;
  const attempts = attemptsIn(show.stdout).filter(({ step }) => step === 'risks');
  expect(attempts.slice(0, 2)).toEqual([
    { step: 'risks', outcome: 'EVENT_TYPE_ACTIVITY_TASK_FAILED' },
    { step: 'risks', outcome: expect.stringMatching(/FAILED|COMPLETED/) },
  ]);
  expect(attempts.at(-1)!.outcome).toBe('EVENT_TYPE_ACTIVITY_TASK_COMPLETED');

  await sandbox.dev({ worker: false });
  const listed = await sandbox.signalbox('list').exited;
  expect(listed.stdout).toContain(workflowId);
  const shown = await sandbox.signalbox('show', workflowId).exited;
  expect(shown.stdout).toContain(`${failed!.endpoint} unavailable`);
  expect(shown.stdout).toContain(`Why risks went to ${risks.endpoint}`);
});

interface HistoryEvent {
  eventId: string;
  eventType: string;
  activityTaskScheduledEventAttributes?: {
    activityType: { name: string };
    input: { payloads: { data: string }[] };
  };
  activityTaskFailedEventAttributes?: { scheduledEventId: string };
  activityTaskCompletedEventAttributes?: { scheduledEventId: string };
}

/** How each `signalbox.invokeModel` of a history ended, in the order in which they were scheduled. */
function attemptsIn(history: string): { step: string; outcome: string | undefined }[] {
  const { events } = JSON.parse(history) as { events: HistoryEvent[] };
  return events.flatMap((event) => {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled?.activityType.name !== 'signalbox.invokeModel') return [];
    const data = scheduled.input.payloads[0]!.data;
    const { step } = JSON.parse(Buffer.from(data, 'base64').toString()) as { step: string };
    const end = events.find(
      ({ activityTaskFailedEventAttributes: failed, activityTaskCompletedEventAttributes: completed }) =>
        (failed ?? completed)?.scheduledEventId === event.eventId,
    );
    return [{ step, outcome: end?.eventType }];
  });
}
