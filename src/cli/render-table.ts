import Table from 'cli-table3';
import pc from 'picocolors';

/** A table with a rule under its head only. */
export function newTable(head: readonly string[]): Table.Table {
  return new Table({
    head: head.map((text) => pc.bold(text)),
    style: { head: [], border: [], compact: true },
    wordWrap: true,
  });
}
