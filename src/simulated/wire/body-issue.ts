import type { z } from 'zod';
import { type BodyIssue, RefusedRequest, type WireErrors } from './wire.ts';

/** Checks a request body against the wire's schema; the first problem found is what the vendor reports. */
export function readBody<T>(schema: z.ZodType<T>, body: unknown, errors: WireErrors): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new RefusedRequest(errors.bodyInvalid(issueOf(result.error.issues[0]!, body)));
}

function issueOf(issue: z.core.$ZodIssue, body: unknown): BodyIssue {
  return { path: issue.path, missing: valueAt(body, issue.path) === undefined, message: issue.message };
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    body,
  );
}
