/** A sum of money as written, and what it means. */
export interface FoundAmount {
  readonly text: string;
  readonly value: number;
  /** The sign, code or word as written: `$`, `EUR`, `pounds`. */
  readonly currency: string;
  readonly index: number;
}

const sign = '(?<currency>(?:US|CA|AU|NZ|HK|[AC])?\\$|[€£¥₹])';
const code =
  '(?<currency>USD|EUR|GBP|CHF|JPY|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|INR|CNY|SGD|HKD|ZAR|BRL|MXN)';
const word = '(?<currency>dollars|euros?|pounds(?: sterling)?|francs|yen|rupees)';
const figure =
  "(?<figure>\\d{1,3}(?:[,.'’\\u00a0\\u202f]\\d{3})+(?:[.,]\\d{1,2})?|\\d+(?:[.,]\\d{1,2})?)(?!\\d)";
const scale = '(?:\\s*(?<scale>thousand|million|billion|bn|[mk]))?(?!\\w)';

/** $12,450.00 · US$ 2 million · EUR 8,300 · 8.300,00 EUR · £1,250 · 500 dollars */
const forms = [
  `${sign}\\s?${figure}${scale}`,
  `\\b${code}\\s?${figure}${scale}`,
  `\\b${figure}${scale}\\s?(?:${code}|[€£])(?!\\w)`,
  `\\b${figure}${scale}\\s(?:U\\.?S\\.? )?${word}\\b`,
].map((form) => new RegExp(form, 'gu'));

const factors: Record<string, number> = {
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  million: 1e6,
  bn: 1e9,
  billion: 1e9,
};

/** All sums of money in a text, in reading order; of two that overlap, the longer. */
export function amountsIn(text: string): FoundAmount[] {
  const found = forms.flatMap((form) =>
    [...text.matchAll(form)].map((match) => ({
      text: match[0].replace(/\s+/g, ' '),
      value: worthOf(match.groups!.figure!) * (factors[match.groups!.scale ?? ''] ?? 1),
      currency: match.groups!.currency ?? match[0].at(-1)!,
      index: match.index,
    })),
  );
  return found
    .filter((a) => !found.some((b) => b !== a && b.text.length > a.text.length && overlaps(a, b)))
    .sort((a, b) => a.index - b.index);
}

function overlaps(a: FoundAmount, b: FoundAmount): boolean {
  return a.index < b.index + b.text.length && b.index < a.index + a.text.length;
}

/** The last separator is a decimal point where one or two digits follow it. */
function worthOf(figureText: string): number {
  const [, whole = figureText, decimals = ''] = /^(.*)[.,](\d{1,2})$/.exec(figureText) ?? [];
  return Number(`${whole.replace(/\D/g, '')}.${decimals || '0'}`);
}
