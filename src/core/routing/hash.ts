/** Eight hex digits that tell values of one shape apart, such as versions of a policy. */
export const fingerprintOf = (value: unknown): string =>
  hashOf(JSON.stringify(value)).toString(16).padStart(8, '0');

/** FNV-1a, 32 bits: the same number for the same text, on every machine and in every replay. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
