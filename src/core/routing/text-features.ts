/**
 * A text as a set of hashed buckets: its words, its pairs of neighbouring words, and its shape (length, lines, numbers,
 * questions, quotes, statements, repetition), by powers of √2. Case does not count, and every number reads as the same.
 */

/** The start says what is asked, the end often how. What lies between is not read, which bounds the time. */
const HEAD = 2_000;
const TAIL = 1_000;

const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
const WORD_BUCKETS = 4_096;

/** @param buckets a power of two @returns each bucket once, in the order of the text */
export function featuresOf(text: string, buckets: number): Uint16Array {
  const read = text.length > HEAD + TAIL ? `${text.slice(0, HEAD)}\n${text.slice(-TAIL)}` : text;
  const seen = new Uint8Array(buckets);
  const found = new Uint16Array(2 * read.length + 16);
  let count = 0;
  const add = (hash: number) => {
    const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    const bucket = (mixed ^ (mixed >>> 12)) & (buckets - 1);
    if (seen[bucket] === 1) return;
    seen[bucket] = 1;
    found[count++] = bucket;
  };

  const wordsSeen = new Uint8Array(WORD_BUCKETS);
  let [word, length, before] = [BASIS, 0, 0];
  let [words, repeated, numbers, questions, lines, quotes, statements] = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i <= read.length; i++) {
    const code = i < read.length ? lowerCase(read.charCodeAt(i)) : SPACE;
    if (isLetter(code) || isDigit(code)) {
      word = Math.imul(word ^ (isDigit(code) ? ZERO : code), PRIME);
      length += 1;
      continue;
    }
    if (length > 0) {
      const at = (word ^ (word >>> 16)) & (WORD_BUCKETS - 1);
      words += 1;
      repeated += wordsSeen[at]!;
      wordsSeen[at] = 1;
      add(word);
      add(Math.imul(before ^ 0x5bd1e995, PRIME) ^ word);
      before = word;
      if (isDigit(read.charCodeAt(i - 1))) numbers += 1;
      word = BASIS;
      length = 0;
    }
    if (code === QUESTION_MARK) questions += 1;
    else if (code === LINE_FEED) lines += 1;
    else if (code === SEMICOLON) statements += 1;
    else if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE || code === BACKTICK) quotes += 1;
  }
  const sizes = [text.length, lines, numbers, questions, quotes, statements].map(logSize);
  const repetition = words > 0 ? Math.floor((10 * repeated) / words) : 0;
  for (const [i, size] of [...sizes, repetition].entries())
    add(Math.imul((i + 1) * 1_000 + size + 1, 0x9e3779b1));
  return found.subarray(0, count);
}

/** Two steps a doubling. */
const logSize = (n: number) => Math.floor(2 * Math.log2(n + 1));

const LINE_FEED = 10;
const SPACE = 32;
const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;
const ZERO = 48;
const SEMICOLON = 59;
const QUESTION_MARK = 63;
const BACKTICK = 96;
const lowerCase = (code: number) => (code >= 65 && code <= 90 ? code + 32 : code);
const isLetter = (code: number) => (code >= 97 && code <= 122) || code > 127;
const isDigit = (code: number) => code >= 48 && code <= 57;
