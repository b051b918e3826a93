/** What was learnt, as a file: written by `signalbox route learn`, checked whole before a worker routes by it. */
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { LearntQuality } from '../core/vocabulary/quality.ts';
import { faultsError, QualityFileError } from './quality-file-error.ts';
import { readText } from './read-text.ts';

const REMEDY = 'Write the file again with `signalbox route learn`, or mend these fields by hand.';
const sum = z.number().nonnegative();

const learntSchema = z.strictObject({
  format: z.literal('signalbox-quality'),
  version: z.literal(1),
  requests: z.int().positive(),
  cells: z
    .array(
      z
        .strictObject({
          taskClass: z.string().min(1),
          model: z.string().min(1),
          endpoint: z.string().min(1).exactOptional(),
          requests: z.int().positive(),
          successes: sum,
          costUsd: sum,
          costUsdSquares: sum,
        })
        .refine(({ successes, requests }) => successes <= requests * (1 + 1e-9), {
          error: 'successes exceed requests; a score runs from 0 to 1',
          path: ['successes'],
        }),
    )
    .min(1),
  failureCorrelation: z
    .strictObject({ rho: z.number().min(0).max(0.95), pairs: z.int().positive() })
    .exactOptional(),
  classes: z
    .strictObject({
      taskClasses: z.array(z.string().min(1)).min(1),
      buckets: z
        .int()
        .min(2)
        .max(65_536)
        .refine((buckets) => Math.log2(buckets) % 1 === 0, 'is no power of two'),
      bias: z.array(z.number()),
      weights: z.array(z.int().min(-127).max(127)),
      scale: z.number().positive(),
      withoutText: z.array(z.number().min(0).max(1)),
      unsureBelow: z.number().min(0).max(1),
    })
    .refine(
      ({ taskClasses: { length }, bias, withoutText, weights, buckets }) =>
        bias.length === length && withoutText.length === length && weights.length === buckets * length,
      'bias, withoutText and weights do not fit the classes and buckets',
    )
    .exactOptional(),
});

/** @throws QualityFileError naming the field, its value and the remedy */
export function readLearntFile(file: string, knownModels: ReadonlySet<string>): LearntQuality {
  const content = parse(file);
  const { data: learnt, error } = learntSchema.safeParse(content);
  if (error)
    throw faultsError(
      file,
      error.issues.map((issue) => describe(issue, content)),
      REMEDY,
    );

  const seen = new Set<string>();
  const faults = learnt.cells.flatMap(({ taskClass, model, endpoint }, i) => {
    const key = JSON.stringify([taskClass, model, endpoint]);
    const where = endpoint ?? model;
    const twice = seen.has(key) && `cells.${i}: ${taskClass} on ${where} is there twice; keep one of them`;
    seen.add(key);
    const unknown =
      !knownModels.has(model) &&
      `cells.${i}.model: there is no model "${model}"; correct the name, or add it to models in the config`;
    return [twice, unknown].filter((fault) => fault !== false);
  });
  if (faults.length > 0) throw faultsError(file, faults, REMEDY);
  return learnt;
}

export function writeLearntFile(file: string, learnt: LearntQuality): void {
  try {
    writeFileSync(file, `${JSON.stringify(learnt)}\n`);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new QualityFileError(
      `${file} cannot be written: ${message}`,
      'Name a file in a folder that is there.',
      {
        cause,
      },
    );
  }
}

function parse(file: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new QualityFileError(`${file} is no JSON: ${(cause as Error).message}`, REMEDY, { cause });
  }
}

function describe({ path, message }: z.core.$ZodIssue, content: unknown): string {
  const at = path.reduce<unknown>(
    (value, part) => (value as Record<PropertyKey, unknown> | null)?.[part],
    content,
  );
  const got = at === undefined || typeof at === 'object' ? '' : `, got ${JSON.stringify(at)}`;
  return `${path.join('.') || '(the whole)'}: ${message}${got}`;
}
