import type { Review } from './agents.ts';

/** Longer lines are for `--json`. */
const LINE_CHARS = 160;

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
    section('Summary', summary.split(/(?<=\.) (?=[A-Z])/)),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]) =>
  `${title}\n${lines.length > 0 ? lines.map((line) => `  - ${short(line)}`).join('\n') : '  (none found)'}\n`;

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LINE_CHARS ? `${line.slice(0, LINE_CHARS - 1)}…` : line;
}
