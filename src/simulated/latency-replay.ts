import { readRecording } from './read-recording.ts';
import type { SimulatedModel } from './simulated-providers.ts';

/** How fast one recorded answer was. */
export type Pace = Pick<SimulatedModel, 'firstTokenMs' | 'tokensPerSecond'>;

const COLUMNS = ['provider', 'model', 'ttft_s', 'e2e_s', 'tokens_out'];

/**
 * Answers as fast as recorded ones, in the order of the file: a CSV of `provider, model, ttft_s, e2e_s, tokens_out`
 * (seconds to the first token and to the end), a row a request. Each simulated endpoint plays one recorded model, in
 * turn, and begins anew where its rows end.
 */
export class LatencyReplay {
  readonly #recorded: readonly (readonly Pace[])[];
  readonly #playing = new Map<string, { readonly paces: readonly Pace[]; next: number }>();

  /** @throws RecordingError */
  constructor(file: string) {
    const rows = readRecording(file, COLUMNS, (fields, complain) => {
      const [first, end, tokens] = [fields.ttft_s, fields.e2e_s, fields.tokens_out].map(numberOf);
      // A request that failed has no times.
      if (first === undefined || end === undefined || tokens === undefined) return undefined;
      if (!(first >= 0)) complain('ttft_s', 'is no number of seconds from 0');
      if (!(end >= first)) complain('e2e_s', 'is no number of seconds from ttft_s');
      if (!(tokens >= 1)) complain('tokens_out', 'is no number of tokens from 1');
      const tokensPerSecond = tokens / Math.max(end - first, SHORTEST_S);
      return { of: `${fields.provider} ${fields.model}`, firstTokenMs: 1_000 * first, tokensPerSecond };
    });
    this.#recorded = [...Map.groupBy(rows, ({ of }) => of).values()];
  }

  /** The pace of the endpoint's next answer. */
  next(provider: string, model: string): Pace {
    const endpoint = `${provider}/${model}`;
    const playing = this.#playing.get(endpoint) ?? {
      paces: this.#recorded[this.#playing.size % this.#recorded.length]!,
      next: 0,
    };
    this.#playing.set(endpoint, playing);
    const { firstTokenMs, tokensPerSecond } = playing.paces[playing.next++ % playing.paces.length]!;
    return { firstTokenMs, tokensPerSecond };
  }
}

/** Whole answers that came in one piece have no time between their first token and their last. */
const SHORTEST_S = 0.001;

const numberOf = (text: string | undefined) => (text?.trim() ? Number(text) : undefined);
