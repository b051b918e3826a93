import { utf8ToBytes } from '@noble/hashes/utils.js';

/** How many bytes a value has on its way to the server: of letters outside of ASCII each has several. */
export const jsonBytes = (value: unknown): number => utf8ToBytes(JSON.stringify(value) ?? '').length;
