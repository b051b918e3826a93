/** `docs/failures.md`, from the table that decides. */
import {
  DISPOSITIONS,
  type DispositionRow,
  SHORT_HINT_MS,
  UNHINTED_REST_MS,
} from '../../src/core/failure/disposition.ts';
import { FAILURE_KINDS, KIND_BY_STATUS, TYPED_REFUSALS } from '../../src/core/failure/kind.ts';

export function renderFailures(): string {
  return `# What becomes of a failure

Written by \`npm run docs:write\` from \`src/core/failure\`; a test fails where it is not what the code does.

Every attempt that gives no whole, valid answer is of one kind, and the kind decides: the same endpoint is tried again,
the next one is asked, the run waits on a durable timer, or it parks. Each attempt is an activity of its own, whose error
type in Temporal UI is the kind.

| Kind | What it stands for | Tries on one endpoint | Then | The endpoint |
| --- | --- | --- | --- | --- |
${FAILURE_KINDS.map((kind) => renderRow(kind, DISPOSITIONS[kind])).join('\n')}

- **fail over**: the router chooses again, without the endpoints that used up their tries. **wait**: a
  durable timer runs until the first endpoint may be asked again. Where none ever may, or later than \`limits.wait\` of the agent
  allows, the run parks; after \`worth_waiting\`, the dearer one is asked. **park**: the run waits for a person and keeps everything.
- **fails**: counts towards the endpoint's breaker. **rests**: is not asked until the provider's own time, else for
  ${UNHINTED_REST_MS / 1000} s. **rejects the key**: the key is quarantined, and others of the provider are used. **is gone**: is not asked for an hour,
  and no run waits for it.
- Where a pause is given, the failure passes by itself: when nobody else is left, the endpoint is asked again after a wait of
  2 s or more, unless it says \`x-should-retry: false\`.
- A failed attempt that may be billed is billed: in the run's cost and in the ledger.
- \`content_filtered\` fails over too where the config says \`accepts: ['failover-after-filter']\`.

## Hints of the provider

\`retry-after\` (seconds or a date), \`retry-after-ms\`, Google's \`RetryInfo\`, and, for a limit that is used up,
\`anthropic-ratelimit-*-reset\` and \`x-ratelimit-reset-*\`. A hint of up to ${SHORT_HINT_MS / 1000} s is waited out on the same endpoint. After a
longer one the next endpoint is asked, and where there is none the run waits until the first may be asked again.
\`x-should-retry: false\` rules out the second try in place.

## How refusals are told apart

By a typed code first, or by the vendor's words where it gives no code:

| Status | Code, anywhere in the body | Kind |
| --- | --- | --- |
${TYPED_REFUSALS.map(
  ({ statuses, codes, kind }) =>
    `| ${statuses.join(', ')} | ${codes.map((code) => `\`${code}\``).join(', ') || '(words only)'} | \`${kind}\` |`,
).join('\n')}

Else by the status: ${Object.entries(KIND_BY_STATUS)
    .map(([status, kind]) => `${status} \`${kind}\``)
    .join(', ')}; other 5xx, and what says \`x-should-retry: true\`,
\`unavailable\`; anything else \`unknown\`. An error inside a 200 that comes before any of the answer is told apart by the
same codes, and is \`answer_incomplete\` where it has none of them.
`;
}

function renderRow(
  kind: string,
  { means, triesPerEndpoint, pauseMs, onward, passes, health }: DispositionRow,
): string {
  const pause = pauseMs > 0 ? `, after ${pauseMs / 2} to ${pauseMs * 1.5} ms` : '';
  const tries = `${triesPerEndpoint}${pause}`;
  return `| \`${kind}\` | ${means} | ${tries} | ${onward === 'failover' ? 'fail over' : passes ? 'wait' : 'park'} | ${health} |`;
}
