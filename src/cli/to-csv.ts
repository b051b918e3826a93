import { stringify } from 'csv-stringify/sync';

/** Rows under a header of their fields, without a line end after the last. */
export const toCsv = (rows: readonly object[]): string =>
  stringify([...rows], { header: rows.length > 0 }).replace(/\n$/, '');
