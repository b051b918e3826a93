/**
 * The two interfaces of the Standard Schema specification (standardschema.dev) that Signalbox asks of a schema:
 * validate a value, and describe itself as JSON Schema. zod 4.2 and later implement both. They are restated here,
 * types only, so that neither the core nor the workflow bundle depends on a schema library.
 */
export interface StandardSchema<Output = unknown, Input = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly jsonSchema?: {
      readonly input: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>;
      readonly output: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>;
    };
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export type InferOutput<S> = S extends StandardSchema<infer Output, unknown> ? Output : never;
export type InferInput<S> = S extends {
  readonly '~standard': { readonly types?: { readonly input: infer Input } | undefined };
}
  ? Input
  : never;

/** Of a large value that is wrong throughout, as many as a person reads. */
const ISSUES_SHOWN = 20;
const ISSUE_CHARS = 300;

/** One line a person can read: `parties.0.name: expected string; dates: required`. */
export function describeIssues(issues: readonly StandardIssue[]): string {
  const more = issues.length > ISSUES_SHOWN ? [`and ${issues.length - ISSUES_SHOWN} more`] : [];
  const shown = issues.slice(0, ISSUES_SHOWN).map((issue) => {
    const path = (issue.path ?? [])
      .map((part) => String(typeof part === 'object' ? part.key : part))
      .join('.');
    return (path ? `${path}: ${issue.message}` : issue.message).slice(0, ISSUE_CHARS);
  });
  return [...shown, ...more].join('; ');
}
