/** What looks like a key of the usual vendors; some echo part of the key they refuse. */
const KEY_LIKE = /\b(?:[sp]k-|Bearer )[\w*.-]{6,}/g;
/** A key or password in an address. */
const IN_ADDRESS = /(\/\/)[^\s/@]+(?=@)|([?&](?:api[-_]?)?key=)[^\s&"'<>]+/gi;
/** Shorter ones are stand-ins such as `none`, and plain words; so many characters of a key are no coincidence. */
const SHORTEST_KEY = 12;
const HIDDEN = '[key]';

/** Takes secrets out of a provider's words, which go into history and logs: whole keys, and what is echoed of them. */
export function redact(text: string, apiKey: string): string {
  return withoutEchoes(text, apiKey).replace(KEY_LIKE, HIDDEN).replace(IN_ADDRESS, `$1$2${HIDDEN}`);
}

/** Hides every run of characters that the text shares with the key, as it is or as a URL or a header may have it. */
export function withoutEchoes(text: string, apiKey: string): string {
  const runs = new Set(writtenForms(apiKey).flatMap(runsOf));
  let clean = '';
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    if (!runs.has(text.slice(at, at + SHORTEST_KEY))) continue;
    clean += text.slice(copied, at) + HIDDEN;
    while (runs.has(text.slice(at, at + SHORTEST_KEY))) at++;
    at += SHORTEST_KEY - 2;
    copied = at + 1;
  }
  return clean + text.slice(copied);
}

const runsOf = (form: string) =>
  Array.from({ length: Math.max(0, form.length - SHORTEST_KEY + 1) }, (_, at) =>
    form.slice(at, at + SHORTEST_KEY),
  );

/** Base64 writes the same bytes in three ways, by where they stand: `user:key` has the key anywhere. */
function writtenForms(apiKey: string): string[] {
  if (apiKey.length < SHORTEST_KEY) return [];
  const shifted = [0, 1, 2].map((before) => Buffer.from('\0'.repeat(before) + apiKey));
  const encoded = shifted.flatMap((bytes) => [bytes.toString('base64'), bytes.toString('base64url')]);
  return [apiKey, encodeURIComponent(apiKey), ...encoded];
}
