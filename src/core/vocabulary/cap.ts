/** How much a tenant, or the work of a class, may cost in a day or a month of UTC. */
export interface Cap {
  readonly scope: 'tenant' | 'class';
  /** Of the tenant or the class. */
  readonly name: string;
  readonly period: 'day' | 'month';
  readonly capMicros: number;
}

/** A cap that has no room for what was asked. */
export interface CapReached {
  readonly cap: Cap;
  /** The day or month it was full in: `2026-11-25`, `2026-11`. */
  readonly start: string;
  readonly spentMicros: number;
  /** Reserved by calls under way. */
  readonly openMicros: number;
}
