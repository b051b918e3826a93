import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { describeIssues, type StandardSchema } from '../../../src/core/vocabulary/standard-schema.ts';

const issuesOf = async (schema: StandardSchema, value: unknown) => {
  const result = await schema['~standard'].validate(value);
  return describeIssues(result.issues ?? []);
};

it('names the path of each issue', async () => {
  const schema = z.object({ parties: z.array(z.object({ name: z.string() })), date: z.string() });
  expect(await issuesOf(schema, { parties: [{ name: 7 }] })).toMatch(
    /^parties\.0\.name: .*string.*; date: .*string/,
  );
});

it('names no path where the whole is wrong', async () => {
  expect(await issuesOf(z.string(), 7)).not.toContain(':  ');
  expect(await issuesOf(z.string(), 7)).toMatch(/^Invalid input/);
});

it('reads paths given as objects with a key, which the specification allows', () => {
  expect(describeIssues([{ message: 'required', path: [{ key: 'a' }, 0, { key: 'b' }] }])).toBe(
    'a.0.b: required',
  );
});
