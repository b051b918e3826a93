import Table from 'cli-table3';
import pc from 'picocolors';

/** A screen or two; JSON and CSV have all. */
export const MOST_LINES = 40;

/** A table with a rule under its head only. What `numbers` names stands to the right. */
export function newTable(head: readonly string[], numbers: readonly string[] = []) {
  return new Table({
    head: head.map((text) => pc.bold(text)),
    colAligns: head.map((text) => (numbers.includes(text) ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
    wordWrap: true,
  });
}

/** Says how many lines were left out, if any. */
export const moreText = (more: number): string[] =>
  more > 0 ? [pc.dim(`and ${count(more)} more; --json has all`)] : [];

/** Lines of text under each other, each with what it is about in front. */
export function labelled(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([label]) => label.length));
  return lines.map(([label, text]) => `${pc.bold(label.padEnd(width))}  ${text}`).join('\n');
}

export const count = (value: number): string => value.toLocaleString('en');

/** Micro-dollars as dollars, always to so many decimals, so that a column of them can be read down. */
export function usd(micros: number, decimals = 4): string {
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return `${micros < 0 ? '-' : ''}$${Math.abs(micros / 1e6).toLocaleString('en', digits)}`;
}
