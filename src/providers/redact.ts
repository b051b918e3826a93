/** What looks like a key of the usual vendors; some echo part of the key they refuse. */
const KEY_LIKE = /\b(?:[sp]k-|Bearer )[\w*.-]{6,}/g;
/** Shorter ones are stand-ins such as `none`, and plain words. */
const SHORTEST_KEY = 12;

/** Takes secrets out of a provider's words, which go into history and logs. */
export function redact(text: string, apiKey: string): string {
  const withoutOwn = apiKey.length >= SHORTEST_KEY ? text.replaceAll(apiKey, '[key]') : text;
  return withoutOwn.replace(KEY_LIKE, '[key]');
}
