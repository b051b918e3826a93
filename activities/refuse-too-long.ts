/** Tells a message that no model can be shown from a conversation that has only grown too long. */
import { RULES } from '../src/core/routing/constraints.ts';
import type { ChooseInput } from '../src/core/routing/request.ts';
import { sift } from '../src/core/routing/sift.ts';
import { largestPiece } from '../src/core/transcript/largest-piece.ts';
import type { SetupEntry } from '../src/core/vocabulary/transcript.ts';
import type { Conversation } from './conversation.ts';
import { InvocationFailure } from './ports.ts';

/**
 * To be called where no endpoint is left.
 * @throws InvocationFailure `payload_too_large` where one message alone is longer than every window that policy allows
 */
export function refuseTooLong(asked: ChooseInput, { messages, system, outputSchema }: Conversation): void {
  const setup: SetupEntry = {
    ...{ role: 'setup', tools: [] },
    ...(system !== undefined && { system }),
    ...(outputSchema && { outputSchema }),
  };
  const largest = largestPiece([setup, ...messages], 'tokens');
  const windows = windowsFor(asked);
  if (!largest || windows.length === 0) return;
  const { name, bytes, tokens } = largest;
  const longest = Math.max(...windows);
  const { inputTokens, outgrownTokens } = asked.request;
  // Whoever was asked counts more tokens than we reckon: where the rest is next to nothing, it is not the sum.
  const fills = outgrownTokens !== undefined && tokens > NEARLY_ALL * inputTokens;
  if (tokens <= longest && !fills) return;
  throw new InvocationFailure(
    'payload_too_large',
    `${name[0]!.toUpperCase()}${name.slice(1)} has ${bytes} bytes, about ${tokens} tokens as we reckon; no model that may be asked takes it, ${longest} at most.`,
    { billed: false },
  );
}

/** Of the endpoints that could be asked were it not for length, money and their state, in tokens. */
function windowsFor(asked: ChooseInput): number[] {
  const { kept } = sift(
    asked,
    RULES.filter(({ name }) => !PASSING.test(name)),
  );
  return [...kept].map((i) => asked.catalog.columns.contextTokens[i]!);
}

const NEARLY_ALL = 0.9;

const PASSING = /^(context_length|allotment|tried|health:.*)$/;
