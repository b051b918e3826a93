import pc from 'picocolors';
import type { EndpointReport, KeyReport } from '../core/health/endpoint-report.ts';
import type { Allowance } from '../core/health/headroom.ts';
import type { Quarantine } from '../core/health/quarantine.ts';
import type { Percentiles } from '../core/health/window.ts';
import type { HealthReset } from '../store/health.ts';
import { count, newTable } from './table.ts';

/** A line for each endpoint, and one for each key that is out. */
export function renderHealth(
  endpoints: readonly EndpointReport[],
  quarantines: readonly Quarantine[],
  nowMs: number,
): string {
  if (endpoints.length === 0 && quarantines.length === 0)
    return 'No call is recorded yet: workers write what they see here within a second.';
  const numbers = ['Answered', 'Success', 'First token p50 / p95', 'Total p50 / p95', 'Tokens/s'];
  const table = newTable(['Endpoint', 'State', ...numbers, 'Left', 'Last failure', 'Keys'], numbers);
  for (const { endpoint, measured, lastFailure, keys, ...state } of endpoints) {
    const { answered, successRate, firstTokenMs, totalMs, tokensPerSecond } = measured;
    table.push([
      endpoint,
      stateText(state, nowMs),
      count(answered),
      successRate === undefined ? '' : `${(100 * successRate).toFixed(1)}%`,
      percentilesText(firstTokenMs),
      percentilesText(totalMs),
      tokensPerSecond === undefined ? '' : count(Math.round(tokensPerSecond)),
      headroomText(keys, nowMs),
      lastFailure ? `${lastFailure.kind}, ${spanText(nowMs - lastFailure.atMs)} ago` : '',
      keys.map((key) => keyText(key, nowMs)).join(' '),
    ]);
  }
  return [
    ...(endpoints.length > 0 ? [table.toString()] : []),
    ...quarantines.map((quarantine) => pc.red(quarantineText(quarantine, nowMs))),
  ].join('\n');
}

/** What may be asked again. */
export function renderReset({ endpoints, keys }: HealthReset): string {
  const names = [...endpoints, ...keys.map(({ provider, key }) => `${provider}'s key ${key}`)];
  return `May be asked again, by every worker within a second: ${names.join(', ')}.`;
}

const COLOURS = {
  closed: pc.green,
  open: pc.red,
  rests: pc.yellow,
  gone: pc.red,
  due: pc.yellow,
  'half-open': pc.yellow,
  quarantined: pc.red,
} as const;

const stateText = ({ state, untilMs }: Pick<EndpointReport, 'state' | 'untilMs'>, nowMs: number) =>
  COLOURS[state](untilMs === undefined ? state : `${state}, ${spanText(untilMs - nowMs)} more`);

const percentilesText = (percentiles: Percentiles | undefined) =>
  percentiles ? `${secondsText(percentiles.p50)} / ${secondsText(percentiles.p95)}` : '';

const secondsText = (ms: number) => (ms < 1_000 ? `${ms}ms` : `${(ms / 1_000).toFixed(1)}s`);

/** What the scarcest allowance of each key has left; one whose time is over is full again. */
const headroomText = (keys: readonly KeyReport[], nowMs: number) =>
  keys
    .flatMap(({ headroom }) => {
      const holds = headroom.filter(({ resetsAtMs = Number.POSITIVE_INFINITY }) => resetsAtMs > nowMs);
      const [scarcest] = holds.toSorted((a, b) => shareLeft(a) - shareLeft(b));
      return scarcest ? [allowanceText(scarcest)] : [];
    })
    .join(' ');

const shareLeft = ({ left, limit }: Allowance) => (limit ? left / limit : left > 0 ? 1 : 0);

const allowanceText = ({ of, left, limit }: Allowance) =>
  `${count(left)}${limit === undefined ? '' : ` of ${count(limit)}`} ${of.replace('-', ' ')}`;

function keyText({ key, quarantine, restsUntilMs }: KeyReport, nowMs: number): string {
  if (quarantine) return pc.red(`${key} out`);
  return restsUntilMs > nowMs ? pc.yellow(`${key} rests`) : key;
}

const quarantineText = ({ provider, key, kind, untilMs }: Quarantine, nowMs: number) =>
  `${provider}'s key ${key} is quarantined (${kind}) for ${spanText(untilMs - nowMs)} more; ` +
  `\`signalbox health --reset ${provider}\` brings it back.`;

function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds}s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)}m` : `${Math.round(seconds / 3_600)}h`;
}
