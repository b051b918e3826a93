import { sentencesOf } from './text.ts';

/** Someone bound by the text. */
export interface FoundParty {
  readonly name: string;
  /** What the text calls them: `Seller`, `you`; undefined where it gives no such name. */
  readonly role: string | undefined;
}

/** The parties of a contract or licence, in reading order, each once. */
export function partiesIn(text: string): FoundParty[] {
  const found = sentencesOf(text).flatMap(partiesInSentence);
  const spellings = new Set(found.map(({ name }) => name));
  const named = new Map<string, FoundParty>();
  for (const { name: written, role } of found) {
    // The point of "owed to Acme Ltd." is the sentence's where the name also stands without it.
    const bare = written.replace(/\.$/, '');
    const name = spellings.has(bare) ? bare : written;
    named.set(name, { name, role: named.get(name)?.role ?? role });
  }
  const parties = [...named.values()];
  return parties.filter((party) => !parties.some((other) => isLongerFormOf(other.name, party.name)));
}

/** "Free Software Foundation" is left out beside "Free Software Foundation, Inc." */
function isLongerFormOf(longer: string, name: string): boolean {
  return (
    longer !== name &&
    (longer === `The ${name}` || (longer.startsWith(name) && /^[,.\s]/.test(longer.slice(name.length))))
  );
}

function partiesInSentence(sentence: string): FoundParty[] {
  const names = [
    ...companyNames(sentence),
    ...namesBetween(sentence),
    ...namesWithRole(sentence),
    ...labelledNames(sentence),
  ].sort((a, b) => a.from - b.from || b.to - a.to);
  const distinct = names.filter((name, i) => !names.slice(0, i).some((other) => name.from < other.to));
  const parties = distinct.map((name, i) => ({
    name: sentence.slice(name.from, name.to),
    role:
      roleBefore(sentence.slice(0, name.from)) ?? roleAfter(sentence.slice(name.to, distinct[i + 1]?.from)),
  }));
  return [...parties, ...copyrightHolders(sentence), ...addressees(sentence)];
}

/** Where a name stands in its sentence. */
interface Span {
  readonly from: number;
  readonly to: number;
}

const companySuffix =
  /^(?:Inc|Incorporated|LLC|L\.L\.C|Ltd|Limited|GmbH|gGmbH|mbH|AG|KG|KGaA|OHG|UG|SE|SA|S\.A|SAS|SARL|S\.à|B\.?V|N\.?V|PLC|plc|Corp|Corporation|Co|Company|LLP|LP|Oy|Oyj|AB|ApS|A\/S|ASA|Pty|S\.?p\.?A|S\.?r\.?l|Kft|Zrt|K\.K|Holdings|Group|Partners|Foundation|University|Association|Trust|Bank|Institute|Society|Cooperative|Ventures|Industries|Enterprises|Labs|Laboratories)\.?$/;
const nameToken = /^(?:[\p{Lu}\p{N}][\p{L}\p{N}'’.\-/]*|&|of|de|la|van|von|der|den|du)$/u;
const neverInName =
  /^(?:the|this|that|these|between|among|by|and|with|to|from|agreement|contract|whereas|each|either|neither|both|party|parties|in|on|if|for|as|\p{N}+[.)]?)$/iu;
const afterAnd = /^(?:Sons?|Daughters?|Co|Company|Partners|Brothers|Bros|Associates)\b/;

/** A company's name ends in its legal form; the capitalised words before it belong to it. */
function companyNames(sentence: string): Span[] {
  const tokens = [...sentence.matchAll(/[^\s,;:()"“”<>]+/g)].map(({ 0: text, index }) => ({
    text,
    from: index,
    to: index + text.length,
  }));
  const spans: Span[] = [];
  for (let i = 1; i < tokens.length; i += 1) {
    if (!companySuffix.test(tokens[i]!.text)) continue;
    let first = i;
    while (first > 0 && belongs(first - 1)) first -= 1;
    while (first < i && /^(?:&|of|de|la|van|von|der|den|du)$/.test(tokens[first]!.text)) first += 1;
    if (first === i) continue;
    // "and The Harbour Trust": a capital inside a sentence makes the article part of the name.
    if (first > 1 && tokens[first - 1]!.text === 'The') first -= 1;
    let last = i;
    while (last + 1 < tokens.length && continuesSuffix(last + 1)) last += 1;
    const span = { from: tokens[first]!.from, to: endOf(last) };
    const covering = spans.findIndex((other) => span.from < other.to);
    if (covering === -1) spans.push(span);
    else spans[covering] = { from: Math.min(span.from, spans[covering]!.from), to: span.to };
  }
  return spans;

  function belongs(at: number): boolean {
    const gap = sentence.slice(tokens[at]!.to, tokens[at + 1]!.from);
    // "Free Software Foundation, Inc." keeps its comma; any other comma ends the name.
    if (gap.trim() !== '' && !(gap === ', ' && /^(?:Inc|LLC|Ltd|Corp|Co|LLP)\b/.test(tokens[at + 1]!.text))) {
      return false;
    }
    const { text } = tokens[at]!;
    if (text === 'and') return afterAnd.test(tokens[at + 1]!.text);
    if (/^\p{N}+$/u.test(text)) return companySuffix.test(tokens[at + 1]!.text);
    return nameToken.test(text) && !neverInName.test(text.replace(/\.$/, ''));
  }

  function continuesSuffix(at: number): boolean {
    const gap = sentence.slice(tokens[at - 1]!.to, tokens[at]!.from);
    const next = tokens[at]!.text;
    if (next === '&') return companySuffix.test(tokens[at + 1]?.text ?? '');
    return companySuffix.test(next) && (gap === ' ' || (gap === ', ' && /^(?:Inc|Ltd|LLC)/.test(next)));
  }

  /** The point of "Inc." belongs to the name. */
  function endOf(at: number): number {
    const { text, to } = tokens[at]!;
    return /^(?:Inc|Ltd|Corp|Co|S\.A|L\.L\.C|B\.V|N\.V|S\.p\.A|S\.r\.l|K\.K)\.$/.test(text) ||
      !text.endsWith('.')
      ? to
      : to - 1;
  }
}

const personName =
  /^(?:(?:Mr|Mrs|Ms|Dr)\.? )?\p{Lu}[\p{L}\p{N}'’.-]*(?: (?:de|van|von|der|la|\p{Lu}[\p{L}\p{N}'’.-]*|\p{N}+)){0,4}/u;
const notAName =
  /^(?:The|This|That|Each|Either|Any|All|It|Its|You|Your|We|Our|They|These|Those|Effective|Agreement|Contract|Party|Parties|Section|Article|No|A|An)\b/;

/** `between X and Y`: names without a legal form, people as a rule. */
function namesBetween(sentence: string): Span[] {
  const opening = /\b(?:between|by and among|made by|entered into by)\b:?\s+/i.exec(sentence);
  if (!opening) return [];
  const start = opening.index + opening[0].length;
  const pieces = [
    ...sentence.slice(start).matchAll(/(?:^|,\s+(?:and\s+)?|\s+and\s+|\)\s+and\s+|;\s*)(?=\p{Lu})/gu),
  ];
  return pieces.flatMap((piece) => {
    const from = start + piece.index + piece[0].length;
    const name = personName.exec(sentence.slice(from))?.[0].replace(/[.]$/, '');
    const isParty = name && !notAName.test(name) && (piece.index === 0 || /\band\b|;/.test(piece[0]));
    return isParty ? [{ from, to: from + name.length }] : [];
  });
}

const roleWords =
  'Seller|Buyer|Purchaser|Vendor|Supplier|Customer|Client|Licensor|Licensee|Lessor|Lessee|Landlord|Tenant|Employer|Employee|Contractor|Consultant|Provider|Service Provider|Lender|Borrower|Guarantor|Owner|Operator|Distributor|Manufacturer|Publisher|Author|Agent|Principal|Franchisor|Franchisee|Insurer|Insured|Assignor|Assignee|Shipper|Carrier|Subscriber|Company|Recipient|Discloser|Disclosing Party|Receiving Party|First Party|Second Party|Party [A-Z]';

/** `Jane Doe ("Consultant")` */
function namesWithRole(sentence: string): Span[] {
  const pattern = new RegExp(
    `(\\p{Lu}[\\p{L}'’.-]*(?: \\p{Lu}[\\p{L}'’.-]*){1,4})(?=,?\\s*\\((?:the |hereinafter[\\w ,]* )?["“‘'](?:the )?(?:${roleWords})["”’'])`,
    'gu',
  );
  return [...sentence.matchAll(pattern)]
    .filter(({ 1: name }) => !notAName.test(name!))
    .map(({ 1: name, index }) => ({ from: index, to: index + name!.length }));
}

const label = new RegExp(`^(?<role>${roleWords}):\\s+`, 'u');

/** `Seller: Jane Doe` */
function labelledNames(sentence: string): Span[] {
  const opening = label.exec(sentence);
  if (!opening) return [];
  const from = opening[0].length;
  const name = personName.exec(sentence.slice(from))?.[0];
  return name ? [{ from, to: from + name.length }] : [];
}

function roleBefore(before: string): string | undefined {
  return label.exec(before)?.groups?.role ?? /["“](\p{Lu}[\p{L} ]{1,40})["”] means $/u.exec(before)?.[1];
}

/** `("Seller")`, `(the "Seller")`, `, hereinafter referred to as the "Seller"`, `, as Seller` */
function roleAfter(after: string): string | undefined {
  const quoted =
    /(?:hereinafter|referred to as|known as|called)[^"“]{0,20}["“](?:the )?(\p{L}[\p{L} ]{1,40})["”]/u.exec(
      after.slice(0, 240),
    );
  const plain = new RegExp(`^,?\\s*(?:\\(|as )(?:the )?(${roleWords})\\b`, 'u').exec(after);
  return quoted?.[1] ?? inParentheses(after) ?? plain?.[1];
}

function inParentheses(after: string): string | undefined {
  return /\([^()"“]{0,40}["“‘'](?:the )?(\p{L}[\p{L} ]{1,40})["”’']/u.exec(after.slice(0, 240))?.[1];
}

/** `Copyright (C) 2007 Free Software Foundation, Inc. <https://fsf.org/>` */
function copyrightHolders(sentence: string): FoundParty[] {
  const match =
    /(Copyright)\s*(?:\(C\)|©)?\s*\d{4}(?:\s*[-–,]\s*\d{4})*,?\s+(?:by\s+)?(\p{Lu}[^<]*?)(?=\s*(?:<|All rights|$))/iu.exec(
      sentence,
    );
  return match ? [{ name: match[2]!.replace(/[\s,]+$/, ''), role: match[1]! }] : [];
}

/** `Each licensee is addressed as "you".` */
function addressees(sentence: string): FoundParty[] {
  return [
    ...sentence.matchAll(
      /\b(?:Each |The |Every )?(\w+) (?:is|are) (?:addressed|referred to) as ["“](\w+)["”]/g,
    ),
  ].map(({ 1: name, 2: role }) => ({ name: name!, role: role! }));
}
