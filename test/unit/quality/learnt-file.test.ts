import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resolveConfig } from '../../../src/config/resolve-config.ts';
import { indexCatalog } from '../../../src/core/routing/catalog-index.ts';
import { learnQuality } from '../../../src/core/routing/quality/learn-quality.ts';
import { readLearntFile, writeLearntFile } from '../../../src/quality/learnt-file.ts';
import { loadQuality } from '../../../src/quality/load-quality.ts';
import { QualityFileError } from '../../../src/quality/quality-file-error.ts';
import { readOutcomes } from '../../../src/quality/read-outcomes.ts';
import { readPrompts } from '../../../src/quality/read-prompts.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-quality-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(content: string | Buffer): string {
  const path = join(folder, 'file');
  writeFileSync(path, content);
  return path;
}
function errorOf(work: () => unknown): QualityFileError {
  try {
    work();
  } catch (error) {
    if (error instanceof QualityFileError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const HEADER = 'pool,prompt_id,task_class,split,model,score,cost_usd';
const ROWS = [
  'p,r1,writing,train,m1,1,0.5',
  'p,r1,writing,train,m2,0,0',
  'p,"r,2",writing,valid,m1,0.25,1e-3',
];
const csv = (...rows: string[]) => [HEADER, ...rows, ''].join('\n');

describe('a file of outcomes', () => {
  it('is read as it is, packed, quoted, with a byte-order mark and with Windows line ends', () => {
    const outcomes = readOutcomes(write(csv(...ROWS)));
    expect(outcomes.map(({ requestId }) => requestId)).toEqual(['r1', 'r1', 'r,2']);
    expect(outcomes[2]).toEqual({
      ...{ requestId: 'r,2', taskClass: 'writing', model: 'm1' },
      ...{ score: 0.25, costUsd: 0.001 },
    });
    expect(readOutcomes(write(gzipSync(csv(...ROWS))))).toEqual(outcomes);
    expect(readOutcomes(write(`\uFEFF${csv(...ROWS).replaceAll('\n', '\r\n')}`))).toEqual(outcomes);
  });

  it('gives the rows of one split', () => {
    expect(readOutcomes(write(csv(...ROWS)), { splits: ['valid'] })).toHaveLength(1);
  });

  it.each([
    ['p,r3,writing,train,m1,1.5,0', 'row 5, score "1.5"', '0 to 1'],
    ['p,r3,writing,train,m1,,0', 'row 5, score ""', '0 to 1'],
    ['p,r3,writing,train,m1,NaN,0', 'row 5, score "NaN"', '0 to 1'],
    ['p,r3,writing,train,m1,1,-2', 'row 5, cost_usd "-2"', 'USD'],
    ['p,r3,writing,train,m1,1,', 'row 5, cost_usd ""', 'USD'],
    ['p,r3,,train,m1,1,0', 'row 5, task_class ""', 'give every row a task_class'],
    ['p,r3,writing,train,m9,1,0', 'row 5, model "m9"', 'add the model to the config'],
    ['p,r1,writing,train,m1,1,0', 'row 5, prompt_id "r1"', 'keep one row'],
  ])('names the row, field, value and remedy of %s', (row, place, remedy) => {
    const file = write(csv(...ROWS, row));
    const { message } = errorOf(() => readOutcomes(file, { knownModels: new Set(['m1', 'm2']) }));
    expect(message).toContain(file);
    expect(message).toContain(place);
    expect(message).toContain(remedy);
  });

  it('names every fault of every row, the first ten in full', () => {
    const rows = Array.from({ length: 12 }, (_, i) => `p,x${i},writing,train,m1,${i + 2},-1`);
    const { message } = errorOf(() => readOutcomes(write(csv(...rows))));
    expect(message).toContain('24 places');
    expect(message).toContain('and 14 more');
  });

  it.each([
    ['model,score\nm1,1\n', 'no column prompt_id, task_class, cost_usd'],
    [csv('p,r1,writing,train,m1,1'), 'row 2: has 6 fields'],
    [csv('p,"r1,writing,train,m1,1,0'), 'row 2: a quote'],
    [csv(ROWS[0]!, 'q,r9,writing,train,m7,1,0'), 'several pools'],
    [csv(), 'no outcomes'],
    ['', 'no column'],
  ])('refuses %j', (text, problem) => {
    expect(errorOf(() => readOutcomes(write(text))).message).toContain(problem);
  });

  it('names a pool that is not there, and a file that is not there or cut', () => {
    expect(errorOf(() => readOutcomes(write(csv(...ROWS)), { pool: 'z' })).remedy).toContain('p');
    expect(errorOf(() => readOutcomes(join(folder, 'none'))).message).toContain('cannot be read');
    const cut = gzipSync(csv(...ROWS)).subarray(0, 40);
    expect(errorOf(() => readOutcomes(write(cut))).message).toContain('cannot be read');
  });
});

describe('a file of texts', () => {
  it('gives them by request, empty where there is none', () => {
    const lines = [
      { pool: 'p', prompt_id: 'r1', prompt: 'Hello', split: 'train' },
      { pool: 'p', prompt_id: 'r2', prompt: null },
      { pool: 'q', prompt_id: 'r3', prompt: 'Other' },
    ];
    const file = write(gzipSync(lines.map((line) => JSON.stringify(line)).join('\n')));
    expect([...readPrompts(file, 'p')]).toEqual([
      ['r1', 'Hello'],
      ['r2', ''],
    ]);
    expect(readPrompts(file).size).toBe(3);
  });

  it('names the line and the field that are wrong', () => {
    const file = write('{"prompt_id":"r1","prompt":"x"}\n{"prompt_id":"r2"}\n{"prompt_id":');
    const { message } = errorOf(() => readPrompts(file));
    expect(message).toContain('line 2, prompt:');
    expect(message).toContain('line 3, the whole:');
  });
});

describe('the learnt file', () => {
  const learnt = learnQuality([
    { requestId: 'r1', taskClass: 'writing', model: 'm1', score: 1, costUsd: 0.5 },
    { requestId: 'r2', taskClass: 'writing', model: 'm1', score: 0.5, costUsd: 1.5 },
    { requestId: 'r1', taskClass: 'writing', model: 'm2', score: 0, costUsd: 0 },
  ]);
  const known = new Set(['m1', 'm2']);

  it('holds counts and sums, and is read as it was written', () => {
    const file = join(folder, 'learnt.json');
    writeLearntFile(file, learnt);
    expect(readLearntFile(file, known)).toEqual(learnt);
    expect(learnt).toMatchObject({ requests: 2, cells: [{ requests: 2, successes: 1.5, costUsd: 2 }, {}] });
    expect(learnt.cells[0]!.costUsdSquares).toBeCloseTo(2.5);
  });

  it('says so where it cannot be written', () => {
    expect(errorOf(() => writeLearntFile(join(folder, 'no', 'x'), learnt)).remedy).toContain('folder');
  });

  const classes = {
    ...{ taskClasses: ['writing'], buckets: 2, bias: [0], weights: [1, -1] },
    ...{ scale: 0.1, withoutText: [1], unsureBelow: 0.8 },
  };
  it('may hold how classes are told from texts', () => {
    expect(readLearntFile(write(JSON.stringify({ ...learnt, classes })), known).classes).toEqual(classes);
  });

  const cellWith = (change: object) => ({ ...learnt, cells: [{ ...learnt.cells[0], ...change }] });
  it.each<[string, unknown, string]>([
    ['another version', { ...learnt, version: 2 }, 'version: Invalid input: expected 1, got 2'],
    ['another format', { ...learnt, format: 'x' }, 'format'],
    ['a negative cost', cellWith({ costUsd: -1 }), 'cells.0.costUsd'],
    [
      'more successes than requests',
      cellWith({ successes: 3 }),
      'cells.0.successes: successes exceed requests',
    ],
    ['negative successes', cellWith({ successes: -1 }), 'cells.0.successes'],
    ['no requests', cellWith({ requests: 0 }), 'cells.0.requests'],
    ['an unknown model', cellWith({ model: 'm3' }), 'cells.0.model: there is no model "m3"'],
    ['a cell twice', { ...learnt, cells: [learnt.cells[0], learnt.cells[0]] }, 'cells.1: writing on m1'],
    ['an unknown field', { ...learnt, weights: [] }, 'weights'],
    [
      'a correlation past its bound',
      { ...learnt, failureCorrelation: { rho: 1, pairs: 3 } },
      'failureCorrelation.rho',
    ],
    ['weights that do not fit', { ...learnt, classes: { ...classes, weights: [1] } }, 'classes: bias'],
    ['null', null, '(the whole)'],
  ])('is refused with its field, value and remedy: %s', (_, content, problem) => {
    const { message, remedy } = errorOf(() => readLearntFile(write(JSON.stringify(content)), known));
    expect(message).toContain(problem);
    expect(remedy).toContain('signalbox route learn');
  });

  it('is refused where it is half a file', () => {
    const half = JSON.stringify(learnt).slice(0, 80);
    expect(errorOf(() => readLearntFile(write(half), known)).message).toContain('is no JSON');
  });

  it('becomes what a worker routes by, at the price of each model’s first endpoint', () => {
    const config = resolveConfig({ agents: 'agents.ts' }, 'simulated');
    const file = join(folder, 'learnt.json');
    // A model that only live providers serve is known all the same.
    const cells = ['sim-quarry-l', 'gpt-5'].map((model) => ({ ...learnt.cells[0]!, model }));
    writeLearntFile(file, { ...learnt, cells });
    const catalog = indexCatalog(config.catalog);
    const { quality, indexed } = loadQuality(pathToFileURL(file).href, { ...config, catalog }).quality;
    expect(quality.estimates.get('writing')!.get('sim-quarry-l')!.basis).toBe('observed');
    const first = config.catalog.endpoints.find(({ model }) => model.id === 'sim-quarry-l')!;
    expect(quality.listPrices.get('sim-quarry-l')).toEqual(first.price);
    expect(indexed.ofClass.get('writing')!.models).toEqual([
      catalog.models.at[catalog.positionOf.get(first.id)!],
    ]);
  });

  it('keeps endpoints of a model apart, each with its own model', () => {
    const config = resolveConfig({ agents: 'agents.ts' }, 'simulated');
    const known = { ...config, catalog: indexCatalog(config.catalog) };
    const cells = ['sim-dune/sim-quarry-l', 'sim-cirrus/sim-quarry-l', undefined].map((endpoint) => ({
      ...{ ...learnt.cells[0]!, model: 'sim-quarry-l' },
      ...(endpoint !== undefined && { endpoint }),
    }));
    const file = join(folder, 'learnt.json');
    writeLearntFile(file, { ...learnt, cells });
    expect(readLearntFile(file, known.modelIds).cells).toEqual(cells);
    expect(loadQuality(file, known).quality.indexed.ofClass.get('writing')!.endpoints.size).toBe(2);
    writeLearntFile(file, { ...learnt, cells: [...cells, cells[0]!] });
    expect(errorOf(() => loadQuality(file, known)).message).toContain(
      'cells.3: writing on sim-dune/sim-quarry-l',
    );
    writeLearntFile(file, { ...learnt, cells: [{ ...cells[0]!, model: 'sim-ember-mini' }] });
    expect(errorOf(() => loadQuality(file, known)).message).toContain(
      'serves sim-quarry-l, not sim-ember-mini',
    );
  });
});
