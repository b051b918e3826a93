import { paragraphsOf } from './text.ts';

/** A numbered clause, or a paragraph where the text has no numbers. */
export interface Section {
  readonly number: string | undefined;
  readonly title: string | undefined;
  readonly text: string;
}

const heading =
  /^\s*(?:(?:section|article|clause|§)\s*)?(?<number>\d+(?:\.\d+)*|[IVX]+)[.):]?\s+(?<title>\p{Lu}[^.\n]{2,90}?)(?:\.\s+|\.?\s*$|:\s)/iu;

/** The clauses of a text, in reading order: each from its heading to the next. */
export function sectionsOf(text: string): Section[] {
  const paragraphs = paragraphsOf(text);
  const sections: { number: string; title: string; parts: string[] }[] = [];
  for (const paragraph of paragraphs) {
    const match = heading.exec(paragraph.split('\n')[0]!);
    if (match) {
      const { number, title } = match.groups as { number: string; title: string };
      sections.push({ number, title: title.trim(), parts: [paragraph] });
    } else sections.at(-1)?.parts.push(paragraph);
  }
  if (sections.length > 0)
    return sections.map(({ parts, ...section }) => ({ ...section, text: parts.join('\n\n') }));
  return paragraphs.map((paragraph) => ({ number: undefined, title: undefined, text: paragraph }));
}

/** What a text is called: its first line, if that reads like a title; else its first words. */
export function titleOf(text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trim().replace(/^#+\s*/, ''));
  const first = lines.find((line) => /\p{L}/u.test(line));
  if (first === undefined) return undefined;
  const match = heading.exec(first);
  if (match) return match.groups!.title!.trim();
  return first.length <= 80 ? first.replace(/[.:]$/, '') : first.split(/\s+/).slice(0, 8).join(' ');
}
