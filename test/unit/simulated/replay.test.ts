import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LatencyReplay } from '../../../src/simulated/latency-replay.ts';
import { OutageReplay } from '../../../src/simulated/outage-replay.ts';

let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-replay-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(header: string, rows: readonly string[], pack = (text: string): string | Buffer => text) {
  const file = join(folder, `${++files}.csv`);
  writeFileSync(file, pack([header, ...rows, ''].join('\n')));
  return file;
}

describe('latency', () => {
  const header = 'provider,model,error_code,error_msg,ttft_s,e2e_s,tokens_in,tokens_out';
  const good = [
    'north,mill-7b,,,0.5,1.5,550,150',
    'south,mill-70b,,,2,6,550,100',
    'north,mill-7b,500,"gone, all of it",,,550,',
    'north,mill-7b,-100,too few,0.25,0.75,550,20',
  ];
  const slow = { firstTokenMs: 2_000, tokensPerSecond: 25 };

  it('is replayed in the order of the file, each endpoint a recorded model of its own', () => {
    const replay = new LatencyReplay(fileOf(header, good));
    const north = Array.from({ length: 3 }, () => replay.next('sim-aurora', 'one'));
    expect(north).toEqual([
      { firstTokenMs: 500, tokensPerSecond: 150 },
      { firstTokenMs: 250, tokensPerSecond: 40 },
      { firstTokenMs: 500, tokensPerSecond: 150 },
    ]);
    expect(replay.next('sim-aurora', 'two')).toEqual(slow);
    expect(replay.next('sim-comet', 'one')).toEqual({ firstTokenMs: 500, tokensPerSecond: 150 });
  });

  it('is read packed as well', () => {
    expect(new LatencyReplay(fileOf(header, [good[1]!], gzipSync)).next('sim-aurora', 'one')).toEqual(slow);
  });

  it.each([
    [['north,m,,,-1,1,550,10'], 'row 2, ttft_s "-1"'],
    [['north,m,,,soon,1,550,10'], 'row 2, ttft_s "soon"'],
    [[good[0]!, 'north,m,,,2,1,550,10'], 'row 3, e2e_s "1"'],
    [['north,m,,,1,2,550,0'], 'row 2, tokens_out "0"'],
    [['north,m,500,gone,,,550,'], 'has nothing to play'],
    [['north,m'], 'row 2: has 2 fields'],
  ])('is refused where %j stands in it', (rows, message) => {
    expect(() => new LatencyReplay(fileOf(header, rows))).toThrow(message);
  });

  it('is refused without its columns, or a file', () => {
    expect(() => new LatencyReplay(fileOf('provider,model', []))).toThrow(
      'no column ttft_s, e2e_s, tokens_out',
    );
    expect(() => new LatencyReplay(join(folder, 'nowhere.csv'))).toThrow('cannot be read');
  });
});

describe('outages', () => {
  const header = 'incident_id,provider,services,impact_level_0_3,start_utc,close_utc';
  const good = [
    'a,north,API,3,2024-06-03 10:00:00+00:00,2024-06-03 11:00:00+00:00',
    'b,south,,2,2024-06-03 12:00:00+02:00,2024-06-03 14:00:00+02:00',
    'c,north,API,1,2024-06-03 10:30:00+00:00,2024-06-03 12:00:00+00:00',
    'd,north,API,0,2024-06-03 12:30:00+00:00,2024-06-03 13:00:00+00:00',
  ];
  const providers = ['sim-aurora', 'sim-comet', 'sim-ember'];
  const replay = (rows: readonly string[]) =>
    new OutageReplay(fileOf(header, rows), { providers, scale: 3_600, startMs: 5_000 });
  const shareAt = (outages: OutageReplay, provider: string, seconds: number) =>
    outages.faultsOf(provider, 5_000 + 1_000 * seconds)[0]?.share ?? 0;

  it('are replayed to scale from the first incident on, by their level', () => {
    const outages = replay(good);
    expect([0, 0.75, 1, 1.99, 2, 2.75].map((at) => shareAt(outages, 'sim-aurora', at))).toEqual([
      ...[1, 1, 0.1, 0.1, 0, 0],
    ]);
    expect([0, 1.99, 2].map((at) => shareAt(outages, 'sim-comet', at))).toEqual([0.5, 0.5, 0]);
    expect(shareAt(outages, 'sim-ember', 0)).toBe(1);
    expect(outages.faultsOf('sim-aurora', 5_000)).toEqual([{ kind: 'status', status: 503, share: 1 }]);
  });

  it.each([
    ['a,north,API,bad,2024-06-03 10:00:00+00:00,2024-06-03 11:00:00+00:00', 'impact_level_0_3 "bad"'],
    ['a,north,API,1,2024-06-03 10:00:00,2024-06-03 11:00:00+00:00', 'start_utc "2024-06-03 10:00:00"'],
    ['a,north,API,1,2024-06-03 10:00:00+00:00,2024-06-03 09:00:00+00:00', 'close_utc "2024-06-03 09:00'],
  ])('are refused where %j stands', (row, message) => {
    expect(() => replay([row])).toThrow(message);
  });
});
