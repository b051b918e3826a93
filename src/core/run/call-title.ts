import type { BehalfKind } from '../contract/activities.ts';

/** What a call is called in Temporal UI and to providers: `plan`; on its behalf, `plan · judge tone`, `plan · compaction`. */
export function callTitle({ step, callKind, judge }: Call): string {
  return [step, judge === undefined ? callKind : `judge ${judge}`].filter(Boolean).join(' · ');
}

interface Call {
  readonly step: string;
  readonly callKind?: BehalfKind;
  readonly judge?: string;
}
