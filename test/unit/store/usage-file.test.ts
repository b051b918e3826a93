import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readUsageFile, UsageFileError } from '../../../src/store/usage-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-usage-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(text: string): string {
  const path = join(folder, 'usage');
  writeFileSync(path, text);
  return path;
}

describe('a usage file', () => {
  it.each([
    ['CSV', 'request_id,model,cost_usd\nreq-1,m,0.0125\r\n"req,2",m,1e-6\n'],
    [
      'JSON',
      '[{"request_id":"req-1","cost_usd":0.0125},{"request_id":"req,2","cost_usd":"0.000001","x":[]}]',
    ],
  ])('of requests, in %s', (_, text) => {
    expect(readUsageFile(write(text))).toEqual({
      kind: 'requests',
      lines: [
        { requestId: 'req-1', micros: 12_500 },
        { requestId: 'req,2', micros: 1 },
      ],
    });
  });

  it.each([
    ['CSV', 'date,model,cost_usd\n2026-11-25,m,2\n2026-11-26T00:00:00Z,m,0\n'],
    [
      'JSON',
      '[{"date":"2026-11-25","model":"m","cost_usd":2},{"date":"2026-11-26","model":"m","cost_usd":0}]',
    ],
  ])('of sums, in %s', (_, text) => {
    expect(readUsageFile(write(text))).toEqual({
      kind: 'sums',
      lines: [
        { model: 'm', day: '2026-11-25', micros: 2_000_000 },
        { model: 'm', day: '2026-11-26', micros: 0 },
      ],
    });
  });

  it.each([
    ['', 'has no rows'],
    ['request_id,cost_usd\n', 'has no rows'],
    ['[]', 'has no rows'],
    ['id,amount\n1,2\n', 'its columns are id, amount'],
    ['model,cost_usd\nm,2\n', 'its columns are model, cost_usd'],
    ['{"data":[]}', 'no array of objects'],
    ['[1]', 'no array of objects'],
    ['[{"request_id":', 'is no JSON'],
    ['request_id,cost_usd\nr,1,2\n', 'row 2: has 3 fields'],
    ['request_id,cost_usd\n"r,1\n', 'row 2: a quote'],
    ['request_id,cost_usd\na,1\nb,1\na,2\n', 'row 4, request_id "a": is in row 2 too'],
    ['model,date,cost_usd\nm,2026-11-25,1\nm,2026-11-25T09:00:00Z,2\n', 'row 3, model "m": is in row 2 too'],
    ['request_id,cost_usd\n ,1\n', 'row 2, request_id " "'],
    ['[{"request_id":7,"cost_usd":1}]', 'row 1, request_id 7'],
    ['request_id,cost_usd\na,-1\n', 'row 2, cost_usd "-1"'],
    ['request_id,cost_usd\na,$1\n', 'row 2, cost_usd "$1"'],
    ['request_id,cost_usd\na,\n', 'row 2, cost_usd ""'],
    ['request_id,cost_usd\na,1e300\n', 'row 2, cost_usd "1e300"'],
    ['[{"request_id":"a","cost_usd":null}]', 'row 1, cost_usd null'],
    ['model,date,cost_usd\nm,2026-02-30,1\n', 'row 2, date "2026-02-30"'],
    ['model,date,cost_usd\nm,25.11.2026,1\n', 'row 2, date "25.11.2026"'],
  ])('refuses %j', (text, problem) => {
    const read = () => readUsageFile(write(text));
    expect(read).toThrow(UsageFileError);
    expect(read).toThrow(problem);
  });

  it('names every bad row, the first ten in full', () => {
    const rows = Array.from({ length: 12 }, (_, i) => `r${i},-1`);
    const read = () => readUsageFile(write(`request_id,cost_usd\n${rows.join('\n')}\n`));
    expect(read).toThrow(/wrong in 12 places.*and 2 more/s);
  });

  it('that is not there is named', () => {
    expect(() => readUsageFile(join(folder, 'none.csv'))).toThrow(/none\.csv cannot be read/);
  });
});
