/** Reading prose: paragraphs, sentences, words. Everything the models do starts here. */

/** Blocks between blank lines, as they stand. */
export function paragraphsOf(text: string): string[] {
  return text
    .split(/\n[ \t]*\n/)
    .map((block) => block.trim())
    .filter((block) => block !== '');
}

/** Sentences in reading order, white space collapsed; headings and list items count as sentences. */
export function sentencesOf(text: string): string[] {
  return paragraphsOf(text.replaceAll('\r\n', '\n')).flatMap(linesOf).flatMap(splitSentences);
}

const startsBullet = /^[-*•]\s/;
const startsNumber = /^\(?(?:\d+(?:\.\d+)*|[a-z]|[ivx]+)[.)]\s/;
const startsLabel = /^\p{Lu}[\p{L}\p{N} /&-]{1,40}:(?:\s|$)/u;

/** Joins lines wrapped at a margin; keeps apart list items, `Label: value` lines and short lines. */
function linesOf(paragraph: string): string[] {
  const lines = paragraph.split('\n').map((line) => line.trim().replace(/\s+/g, ' '));
  const margin = Math.max(...lines.map((line) => line.length));
  const joined: string[] = [];
  let previous = '';
  for (const line of lines) {
    const wrapped = previous.length >= margin * 0.6 || !/^[\p{Lu}\p{N}]/u.test(line);
    // "… under section\n7. This requirement …": a number begins an item only where a line has come to its end.
    const startsItem =
      startsBullet.test(line) || (startsNumber.test(line) && /[.:;,!?]$|^.{0,45}$/.test(previous));
    const continues = previous !== '' && wrapped && !startsItem && !startsLabel.test(line);
    if (continues) joined[joined.length - 1] += ` ${line}`;
    else joined.push(line.replace(startsBullet, '').trim());
    previous = line;
  }
  return joined;
}

const neverEnds =
  /(?:^|[\s(])(?:Mr|Mrs|Ms|Dr|No|Nos|Art|Sec|Cl|St|vs?|e\.g|i\.e|cf|approx|[A-Z])\.$|^\(?\d+(?:\.\d+)*\.$/;
const seldomEnds =
  /(?:^|[\s(])(?:Inc|Ltd|Corp|Co|Bros|Cie|Jr|Sr|L\.L\.C|S\.?A|S\.?p\.?A|S\.?r\.?l|B\.?V|N\.?V|U\.S|[A-Z]\.[A-Z])\.$/;
const sentenceStart =
  /^(?:The|This|These|Those|Each|Either|Neither|Every|In|If|All|Any|Both|It|Its|No|On|Upon|For|You|We|They|By|As|Where|When|Unless|Payment|Payments|Notice)\b/;

function splitSentences(line: string): string[] {
  const sentences: string[] = [];
  let from = 0;
  for (const { index, 0: end } of line.matchAll(/[.!?;]["'”’)]*\s+(?=["“‘'(]*[\p{Lu}\p{N}])/gu)) {
    const before = line.slice(from, index + 1);
    const after = line.slice(index + end.length);
    if (neverEnds.test(before)) continue;
    if (seldomEnds.test(before) && !sentenceStart.test(after)) continue;
    if (before.endsWith(';') && !sentenceStart.test(after)) continue;
    sentences.push(line.slice(from, index + end.length).trim());
    from = index + end.length;
  }
  sentences.push(line.slice(from).trim());
  return sentences.filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

const stopWords = new Set(
  `a about above after all also am an and any are as at be been before being below between both but by can could did do
  does doing down during each else either few for from further had has have having he her here hers him his how i if in
  into is it its itself just may me might more most must my no nor not of off on once one only or other our out over own
  per same shall she should so some such than that the their them then there these they this those through to too under
  until up upon us very was we were what when where which while who whom whose why will with within without would you your`.split(
    /\s+/,
  ),
);

/** Stems of the words that carry meaning, in order, repeats kept. */
export function stemsOf(text: string): string[] {
  return contentWordsOf(text).map(stem);
}

/** Words that carry meaning, lower case. */
export function contentWordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter(
    (word) => !stopWords.has(word) && (word.length > 2 || /\d/.test(word)),
  );
}

/** Cuts common endings, so that "terminates", "terminated" and "termination" agree. Crude, and enough here. */
export function stem(word: string): string {
  const singular = word.length > 3 ? word.replace(/ies$/, 'y').replace(/(?<=[^su])s$/, '') : word;
  const cut = singular.replace(/(?:ations?|ating|ated?|ions?|ings?|ments?|able|ed|ly|e|y)$/, '');
  return cut.length >= 3 ? cut : singular;
}

/** `effectiveDate`, `effective_date` and `effective-date` all read "effective date". */
export function spellOut(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_\-./]+/g, ' ')
    .toLowerCase()
    .trim();
}

/** Shortens to at most so many characters, at a word's end where there is one. */
export function shorten(text: string, maxCharacters: number): string {
  const characters = [...text];
  if (characters.length <= maxCharacters) return text;
  const cut = characters.slice(0, maxCharacters).join('');
  const atWord = cut.replace(/\s+\S*$/, '');
  return atWord.length > cut.length / 2 ? atWord : cut;
}

/** The first words of a text that has no sentence to pick. */
export function openingOf(text: string): string {
  return shorten(text.trim(), 500);
}
