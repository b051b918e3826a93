import {
  JSONParseError,
  type LanguageModelV4StreamPart,
  type LanguageModelV4Usage,
  type SharedV4ProviderMetadata,
  TypeValidationError,
} from '@ai-sdk/provider';
import type { ModelAnswer } from '../../activities/ports.ts';
import type { Usage } from '../core/vocabulary/attempt.ts';
import type { Json, JsonObject } from '../core/vocabulary/json.ts';
import type { AssistantPart, ReasoningPart, TextPart } from '../core/vocabulary/transcript.ts';

/** The stream had an error in it, or ended as no whole answer does. Keeps what it said about usage until then. */
export class BrokenStream extends Error {
  readonly usage: Usage | undefined;
  /** Whether any part of an answer had come. */
  readonly begun: boolean;

  constructor(message: string, about: { usage: Usage | undefined; begun: boolean; cause?: unknown }) {
    super(message, { cause: about.cause });
    this.name = 'BrokenStream';
    this.usage = about.usage;
    this.begun = about.begun;
  }
}

/**
 * Reads a stream to its end and returns the answer, whole. An error part anywhere fails it, because the AI SDK goes on
 * to a normal finish after one, with a piece missing.
 *
 * @param tick called for each piece of the answer, with its length in characters
 * @throws BrokenStream
 */
export async function assemble(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  tick: (characters: number) => void,
): Promise<Omit<ModelAnswer, 'firstTokenMs' | 'headroom'>> {
  /** By id, in the order in which they began. */
  const parts = new Map<string, AssistantPart>();
  let servedModel: string | undefined;
  let finish:
    | { usage: Usage | undefined; reportedMicros: number | undefined; finishReason: string }
    | undefined;
  let firstError: { cause: unknown } | undefined;
  let begun = false;

  try {
    for await (const part of stream) {
      begun ||= BEGINS.has(part.type);
      switch (part.type) {
        case 'text-start':
        case 'text-end':
        case 'reasoning-start':
        case 'reasoning-end':
          add(parts, part);
          break;
        case 'text-delta':
        case 'reasoning-delta':
          add(parts, part);
          tick(part.delta.length);
          break;
        case 'tool-input-delta':
          tick(part.delta.length);
          break;
        case 'tool-call':
          tick(0);
          // Not by its id, which some give to several.
          parts.set(`call ${parts.size}`, {
            type: 'tool-call',
            toolCallId: part.toolCallId,
            toolName: part.toolName,
            input: parseInput(part.input),
            ...marksOf(part),
          });
          break;
        case 'response-metadata':
          servedModel = part.modelId === undefined ? servedModel : nameOf(part.modelId);
          break;
        case 'error':
          firstError ??= { cause: part.error };
          break;
        case 'finish':
          finish = {
            usage: toUsage(part.usage),
            reportedMicros: reportedMicrosOf(part.usage),
            finishReason: part.finishReason.unified,
          };
          break;
      }
    }
  } catch (cause) {
    firstError ??= { cause };
  }

  const ended = finish && WHOLE.includes(finish.finishReason);
  // Counts that came before the end are not those that are billed.
  const broken = (message: string, cause?: unknown) =>
    new BrokenStream(message, { usage: ended ? finish?.usage : undefined, begun, cause });
  if (firstError) throw broken(`The stream broke: ${messageOf(firstError.cause)}`, firstError.cause);
  if (!finish) throw broken('The stream ended without a finish reason.');
  if (!ended) {
    throw broken(`The stream ended with "${finish.finishReason}".`);
  }
  return {
    message: { role: 'assistant', content: [...parts.values()].filter(isKept) },
    finishReason: finish.finishReason,
    ...(servedModel !== undefined && { servedModel }),
    ...(finish.usage && { usage: finish.usage }),
    ...(finish.reportedMicros !== undefined && { reportedMicros: finish.reportedMicros }),
  };
}

type Piece = Extract<
  LanguageModelV4StreamPart,
  { type: `${'text' | 'reasoning'}-${'start' | 'delta' | 'end'}` }
>;

function add(parts: Map<string, AssistantPart>, piece: Piece): void {
  const type = piece.type.startsWith('text') ? 'text' : 'reasoning';
  const key = `${type} ${piece.id}`;
  const before = parts.get(key) as TextPart | ReasoningPart | undefined;
  const text = (before?.text ?? '') + ('delta' in piece ? piece.delta : '');
  parts.set(key, { ...before, type, text, ...marksOf(piece, before?.providerOptions) });
}

/** A vendor tells its marks in any of a part's pieces. */
function marksOf(
  { providerMetadata }: { readonly providerMetadata?: SharedV4ProviderMetadata },
  before: TextPart['providerOptions'] = {},
): Pick<TextPart, 'providerOptions'> {
  if (!providerMetadata) return {};
  const marks = Object.entries(providerMetadata).map(
    ([vendor, told]) => [vendor, { ...before[vendor], ...(told as JsonObject) }] as const,
  );
  return { providerOptions: { ...before, ...Object.fromEntries(marks) } };
}

const isKept = (part: AssistantPart) =>
  part.type === 'tool-call' || (part.type === 'text' ? part.text !== '' : part.providerOptions !== undefined);

/** A request that cost more than a thousand dollars was not one request. */
const MOST_REPORTED_MICROS = 1e9;

/** OpenRouter, and hosts that follow it, say in `usage.cost` what a request cost in USD. */
function reportedMicrosOf({ raw }: LanguageModelV4Usage): number | undefined {
  const cost = raw?.cost;
  const micros = typeof cost === 'number' ? Math.round(cost * 1e6) : Number.NaN;
  return micros >= 0 && micros <= MOST_REPORTED_MICROS ? micros : undefined;
}

/** Parts that a model has begun to work for. */
const BEGINS: ReadonlySet<LanguageModelV4StreamPart['type']> = new Set([
  ...(['text-start', 'text-delta', 'reasoning-start', 'reasoning-delta'] as const),
  ...(['tool-input-start', 'tool-input-delta', 'tool-call'] as const),
]);

/** How a whole answer may end. */
const WHOLE: readonly string[] = ['stop', 'length', 'tool-calls', 'content-filter'];

/** Arguments that are no JSON are kept as text: the schema check refuses them with the model's own words. */
function parseInput(input: string): Json {
  try {
    return JSON.parse(input === '' ? '{}' : input) as Json;
  } catch {
    return input;
  }
}

/**
 * `raw` is what the vendor sent. Most count reasoning inside the output; xAI counts it beside, which its total tells.
 */
function toUsage({ inputTokens, outputTokens, raw }: LanguageModelV4Usage): Usage | undefined {
  if (inputTokens.total === undefined || outputTokens.total === undefined) return undefined;
  const reasoningTokens = outputTokens.reasoning ?? 0;
  const sum = inputTokens.total + outputTokens.total;
  const beside = reasoningTokens > 0 && raw?.total_tokens === sum + reasoningTokens;
  const audioTokens = tokensOfKind(raw, 'audio');
  const imageTokens = tokensOfKind(raw, 'image');
  return {
    inputTokens: inputTokens.total,
    cacheReadTokens: inputTokens.cacheRead ?? 0,
    cacheWriteTokens: inputTokens.cacheWrite ?? 0,
    outputTokens: outputTokens.total + (beside ? reasoningTokens : 0),
    reasoningTokens,
    ...(audioTokens > 0 && { audioTokens }),
    ...(imageTokens > 0 && { imageTokens }),
  };
}

/** Of what went in and of what came out: a field for each kind in OpenAI's format, a row for each in Gemini's. */
function tokensOfKind(raw: LanguageModelV4Usage['raw'], kind: 'audio' | 'image'): number {
  const fields = [raw?.prompt_tokens_details, raw?.completion_tokens_details].map(
    (of) => (of as Record<string, unknown> | null | undefined)?.[`${kind}_tokens`],
  );
  const rows = [raw?.promptTokensDetails, raw?.candidatesTokensDetails]
    .flatMap((of) => (of ?? []) as ({ readonly modality?: unknown; readonly tokenCount?: unknown } | null)[])
    .filter((row) => row?.modality === kind.toUpperCase())
    .map((row) => row?.tokenCount);
  return [...fields, ...rows].reduce<number>(
    (sum, count) => sum + (typeof count === 'number' ? count : 0),
    0,
  );
}

const MODEL_NAME_CHARS = 200;

/** A provider's name for its model goes into history, search attributes and SQL. */
const nameOf = (modelId: string) => modelId.replace(/\p{Cc}/gu, '').slice(0, MODEL_NAME_CHARS);

/** What an error says, in words that may be shown: those of the AI SDK about a broken piece repeat the piece. */
export function messageOf(error: unknown): string {
  if (JSONParseError.isInstance(error)) return 'A piece of the answer is not JSON.';
  if (TypeValidationError.isInstance(error)) return 'A piece of the answer is not of the expected shape.';
  if (error instanceof Error) return error.message;
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return typeof error === 'string' ? error : JSON.stringify(error);
}
