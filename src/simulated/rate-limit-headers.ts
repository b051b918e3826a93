import type { QuotaLeft } from './quota-window.ts';
import type { SimulatedProvider } from './simulated-providers.ts';

type Headers = Readonly<Record<string, string>>;

/** Gemini tells nothing of its limits until they are passed. */
const silent = () => ({});

const HEADERS: Readonly<Record<SimulatedProvider['wire'], (left: QuotaLeft, nowMs: number) => Headers>> = {
  'openai-compatible': openAi,
  openai: openAi,
  google: silent,
  anthropic: ({ unit, limit, remaining, resetsAtMs }) => ({
    [`anthropic-ratelimit-${unit}-limit`]: String(limit),
    [`anthropic-ratelimit-${unit}-remaining`]: String(remaining),
    [`anthropic-ratelimit-${unit}-reset`]: new Date(resetsAtMs).toISOString(),
  }),
};

function openAi({ unit, limit, remaining, resetsAtMs }: QuotaLeft, nowMs: number): Headers {
  return {
    [`x-ratelimit-limit-${unit}`]: String(limit),
    [`x-ratelimit-remaining-${unit}`]: String(remaining),
    [`x-ratelimit-reset-${unit}`]: spanOf(resetsAtMs - nowMs),
  };
}

/** How each vendor tells what is left of a limit. */
export const rateLimitHeaders = (wire: SimulatedProvider['wire'], left: QuotaLeft, nowMs: number): Headers =>
  HEADERS[wire](left, nowMs);

/** As OpenAI writes it: `6m0s`, `1.5s`, `120ms`. */
function spanOf(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = `${Math.ceil(ms % 60_000) / 1_000}s`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
