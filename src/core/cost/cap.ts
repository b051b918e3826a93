import type { Cap, CapReached } from '../vocabulary/cap.ts';

/** The day or month of UTC that a moment is in: `2026-11-25`, `2026-11`. */
export const periodStart = (period: Cap['period'], nowMs: number): string =>
  new Date(nowMs).toISOString().slice(0, period === 'day' ? 10 : 7);

/** `tenant acme, day 2026-11-25, $1.00` */
export const capName = ({ scope, name, period, capMicros }: Cap, start: string): string =>
  `${scope} ${name}, ${period} ${start}, ${usdText(capMicros)}`;

/** `The cap of tenant acme, day 2026-11-25, $1.00 is reached: $0.98 spent, $0.02 set aside for calls under way.` */
export const capReachedText = ({ cap, start, spentMicros, openMicros }: CapReached): string =>
  `The cap of ${capName(cap, start)} is reached: ${usdText(spentMicros)} spent, ` +
  `${usdText(openMicros)} set aside for calls under way.`;

/** Whole cents where the sum has no more to it, else all that it has: `$1.00`, `$0.000125`. */
export function usdText(micros: number): string {
  const usd = (micros / 1e6).toFixed(6).replace(/0{1,4}$/, '');
  return usd.startsWith('-') ? `-$${usd.slice(1)}` : `$${usd}`;
}
