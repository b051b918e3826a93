import type { Cap, CapReached } from '../vocabulary/cap.ts';

/** What a tenant, or the work of a class, may cost, in USD. */
export interface Caps {
  readonly day?: number;
  readonly month?: number;
}

/** Every cap that a call falls under. */
export function capsOf(
  tenant: { readonly name: string; readonly caps: Caps | undefined } | undefined,
  taskClass: { readonly name: string; readonly caps?: Caps },
): Cap[] {
  const named = (scope: Cap['scope'], name: string, caps: Caps = {}) =>
    (['day', 'month'] as const).flatMap((period): Cap[] => {
      const usd = caps[period];
      return usd === undefined ? [] : [{ scope, name, period, capMicros: Math.round(usd * 1e6) }];
    });
  return [
    ...(tenant ? named('tenant', tenant.name, tenant.caps) : []),
    ...named('class', taskClass.name, taskClass.caps),
  ];
}

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
