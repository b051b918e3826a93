import { durationText } from '../vocabulary/duration-text.ts';

/** A step waits on a durable timer, and then goes on by itself. */
export interface StepWait {
  readonly step: string;
  readonly why: string;
  /** When the timer ends: milliseconds since the epoch. */
  readonly untilMs: number;
}

/** What Temporal UI and history call its timer: `risks · waits 45 s · nobody may be asked`. */
export const waitSummary = ({ step, why }: Omit<StepWait, 'untilMs'>, ms: number): string =>
  `${step} · waits ${durationText(ms)} · ${why}`;

/** Reads what `waitSummary` wrote; `undefined` for another timer, such as an agent's own. */
export function readWaitSummary(summary: string): Omit<StepWait, 'untilMs'> | undefined {
  const [, step, why] = /^(.+) · waits [\d.]+ (?:s|min|h) · ([^·]+)$/s.exec(summary) ?? [];
  return step !== undefined && why !== undefined ? { step, why } : undefined;
}

/** `until 2026-11-25 13:57:16 UTC: nobody may be asked.` */
export const waitText = ({ why, untilMs }: StepWait): string => `until ${momentText(untilMs)}: ${why}.`;

/** `2026-11-25 13:57:16 UTC` */
export const momentText = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
