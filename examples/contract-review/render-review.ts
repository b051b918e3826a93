import type { Review } from './agents.ts';

/** The review as text for a terminal. */
export function renderReview({
  parties,
  dates,
  amounts,
  obligations,
  clauses,
  risks,
  summary,
}: Review): string {
  return [
    section(
      'Parties',
      parties.map(({ name, role }) => `${name} (${role})`),
    ),
    section('Dates', dates),
    section('Amounts', amounts),
    section(
      'Obligations',
      obligations.map(({ party, obligation }) => `${party}: ${obligation}`),
    ),
    section(
      'Clauses',
      clauses.map(({ title, type }) => `${title} [${type}]`),
    ),
    section(
      'Risks',
      risks.map(({ topic, quote }) => `${topic}: “${quote}”`),
    ),
    section('Summary', [summary]),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]) =>
  `${title}\n${lines.length > 0 ? lines.map((line) => `  - ${line.replace(/\s+/g, ' ').trim()}`).join('\n') : '  (none found)'}\n`;
