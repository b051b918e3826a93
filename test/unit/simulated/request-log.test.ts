import { expect, it } from '@jest/globals';
import { LOG_CAPACITY, RequestLog } from '../../../src/simulated/request-log.ts';

const newLog = () => new RequestLog(() => 0);

function open(log: RequestLog, model = 'one') {
  const entry = log.open('sim-aurora', new Headers());
  entry.model = model;
  return entry;
}

it('what the log drops stays in its counts, those under way included', () => {
  const log = newLog();
  const early = open(log);
  for (let i = 0; i < LOG_CAPACITY + 4; i++) {
    const entry = open(log, i % 2 === 0 ? 'one' : 'two');
    entry.outcome = 'answered';
    log.end(entry);
  }
  expect(log.all()).toHaveLength(LOG_CAPACITY);
  const half = LOG_CAPACITY / 2 + 2;
  const two = { requests: half, outcomes: { answered: half } };
  expect(log.counts()).toEqual({
    dropped: 5,
    endpoints: {
      'sim-aurora/one': { requests: half + 1, outcomes: { answered: half } },
      'sim-aurora/two': two,
    },
  });
  early.outcome = 'cut';
  log.end(early);
  expect(log.counts().endpoints).toEqual({
    'sim-aurora/one': { requests: half + 1, outcomes: { answered: half, cut: 1 } },
    'sim-aurora/two': two,
  });
});

it('a cleared log counts from nothing, whatever is still under way', () => {
  const log = newLog();
  const entry = open(log);
  log.clear();
  log.end(entry);
  expect(log.counts()).toEqual({ dropped: 0, endpoints: {} });
});
