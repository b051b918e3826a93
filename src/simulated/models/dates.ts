/** A date as written, and as ISO 8601. */
export interface FoundDate {
  readonly text: string;
  readonly iso: string;
  /** Where it stands in the text. */
  readonly index: number;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const monthName =
  '(?<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
const dayNumber = '(?<day>\\d{1,2})(?:st|nd|rd|th)?';
const year = '(?<year>\\d{4})';

/** 14 March 2027 · 14th day of March, 2027 · March 14, 2027 · 2027-03-14 · 14/03/2027 · 14.03.2027 */
const forms = [
  `\\b${dayNumber}(?:\\s+day)?(?:\\s+of)?\\s+${monthName},?\\s+${year}\\b`,
  `\\b${monthName}\\s+${dayNumber},?\\s+${year}\\b`,
  `\\b${year}-(?<month>\\d{2})-(?<day>\\d{2})\\b`,
  `\\b(?<day>\\d{1,2})[/.](?<month>\\d{1,2})[/.]${year}\\b`,
].map((form) => new RegExp(form, 'giu'));

/** All dates in a text, in reading order. Days outside the calendar are no dates. */
export function datesIn(text: string): FoundDate[] {
  return forms
    .flatMap((form) => [...text.matchAll(form)])
    .flatMap((match) => {
      const iso = isoOf(match.groups!);
      return iso ? [{ text: match[0].replace(/\s+/g, ' '), iso, index: match.index }] : [];
    })
    .sort((a, b) => a.index - b.index);
}

function isoOf(groups: Record<string, string | undefined>): string | undefined {
  const day = Number(groups.day);
  const named = groups.month!.toLowerCase().slice(0, 3);
  const month = /\d/.test(named) ? Number(groups.month) : months.indexOf(named) + 1;
  // With numbers only the day comes first, unless that gives no month: 03/14/2027.
  return month > 12 ? calendarDate(groups.year!, day, month) : calendarDate(groups.year!, month, day);
}

function calendarDate(fullYear: string, month: number, day: number): string | undefined {
  const iso = `${fullYear}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  const parsed = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(iso) ? iso : undefined;
}
