import type { Strike } from './faults.ts';
import { readRecording } from './read-recording.ts';

interface Incident {
  readonly provider: string;
  readonly level: number;
  readonly startMs: number;
  readonly endMs: number;
}

const COLUMNS = ['provider', 'impact_level_0_3', 'start_utc', 'close_utc'];

/** How many requests an incident of each level costs: none, a tenth, half, all. Above these is maintenance: no outage. */
const SHARES: readonly (number | undefined)[] = [0, 0.1, 0.5, 1];

export interface OutageReplayOptions {
  /** Whose incidents are played, each by one recorded provider, in turn. */
  readonly providers: readonly string[];
  /** Seconds of the recording that pass in one second. */
  readonly scale: number;
  /** When the play begins, with the first incident of the file, in milliseconds since the epoch. */
  readonly startMs: number;
}

/**
 * Fails as recorded incidents did: a CSV of `provider, impact_level_0_3, start_utc, close_utc`. While an incident is
 * open, a share of the requests that goes by its level is answered with 503.
 */
export class OutageReplay {
  readonly #options: OutageReplayOptions;
  readonly #incidents: ReadonlyMap<string, readonly Incident[]>;
  readonly #firstMs: number;

  /** @throws RecordingError */
  constructor(file: string, options: OutageReplayOptions) {
    const incidents = readRecording(file, COLUMNS, (fields, complain): Incident => {
      const { provider = '', impact_level_0_3: level, start_utc: start, close_utc: close } = fields;
      const [startMs, endMs] = [timeOf(start), timeOf(close)];
      if (!/^\d$/.test(level ?? '')) complain('impact_level_0_3', 'is no level from 0 to 3');
      if (Number.isNaN(startMs)) complain('start_utc', 'is no time, such as 2024-06-03 17:30:00+00:00');
      if (!(endMs >= startMs)) complain('close_utc', 'is no time from start_utc on');
      return { provider, level: Number(level), startMs, endMs };
    });
    const recorded = [...Map.groupBy(incidents, ({ provider }) => provider).values()];
    this.#options = options;
    this.#incidents = new Map(options.providers.map((name, i) => [name, recorded[i % recorded.length]!]));
    this.#firstMs = incidents.reduce((first, { startMs }) => Math.min(first, startMs), Infinity);
  }

  /** What strikes requests to the provider now. */
  faultsOf(provider: string, nowMs: number): Strike[] {
    const { scale, startMs } = this.#options;
    const atMs = this.#firstMs + (nowMs - startMs) * scale;
    const open =
      this.#incidents.get(provider)?.filter((one) => one.startMs <= atMs && atMs < one.endMs) ?? [];
    const share = Math.max(0, ...open.map(({ level }) => SHARES[level] ?? 0));
    return share > 0 ? [{ kind: 'status', status: 503, share }] : [];
  }
}

/** Recorded times say their zone; one that does not is no time to rely on. */
const timeOf = (text: string | undefined) =>
  /(?:Z|[+-]\d{2}:\d{2})$/.test(text ?? '') ? Date.parse(text!.replace(' ', 'T')) : Number.NaN;
