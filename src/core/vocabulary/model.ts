import type { Deadlines } from './task-class.ts';

/** What a model can do beyond answering text with text. A step that needs one rejects models without it. */
export type Ability = 'tools' | 'structured-output' | 'reasoning' | 'caching';
export const ABILITIES: readonly Ability[] = ['tools', 'structured-output', 'reasoning', 'caching'];

/** What a model can be shown. */
export const MODALITIES = ['text', 'image', 'audio', 'video', 'pdf'] as const;
export type Modality = (typeof MODALITIES)[number];

/** Formats in which vendors are asked: OpenAI's chat completions, which most speak; its responses; Anthropic's; Gemini's. */
export const WIRES = ['openai-compatible', 'openai', 'anthropic', 'google'] as const;
export type WireFormat = (typeof WIRES)[number];

/** What answers. One model may be served by many endpoints. */
export interface Model {
  /** Canonical id, the same on every host, e.g. `atlas-large`. */
  readonly id: string;
  readonly family: string;
  /** Input and output together, in tokens. */
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly abilities: readonly Ability[];
  /** Absent: text only. */
  readonly inputs?: readonly Modality[];
}

/** One provider serving one model, with its own price, speed and data policy. */
export interface Endpoint {
  /** `provider/model`, e.g. `sim-aurora/atlas-large`. */
  readonly id: string;
  readonly provider: string;
  readonly model: Model;
  /** What the provider calls the model on the wire. */
  readonly wireModel: string;
  readonly price: Price;
  readonly speed: Speed;
  readonly dataPolicy: DataPolicy;
  /** In how many bits the host serves the weights, e.g. `fp8`; absent where nobody says. */
  readonly quantization?: string;
  /** Its own, before those of the task class. */
  readonly deadlines?: Partial<Deadlines>;
  /** Known, but never a candidate. */
  readonly withheld?: Withheld;
  /** The day the host stops serving it, ISO 8601. */
  readonly retires?: string;
}

/** Why an endpoint that is known is not offered; `docs/decisions/0008-what-the-catalog-offers.md` has the reasons. */
export const WITHHELD = [
  'historical',
  'unknown-window',
  'outlier-price',
  'other-api',
  'moving-alias',
] as const;
export type Withheld = (typeof WITHHELD)[number];

/** USD per million tokens, which is the same number as micro-dollars per token. */
export interface Rates {
  readonly input: number;
  readonly output: number;
  /** Input tokens read from the provider's prompt cache; the input price where the vendor gives none. */
  readonly cacheRead: number;
  /** Input tokens written to that cache; the input price where the vendor gives none. */
  readonly cacheWrite: number;
  /** Output tokens spent on thinking; the output price where the vendor gives none. */
  readonly reasoning: number;
}

export interface Price extends Rates {
  /** What a request costs, all of it, whose input has more than `above` tokens; in ascending order. */
  readonly tiers?: readonly (Rates & { readonly above: number })[];
  /** Where the figures come from, e.g. `vendor price page`. */
  readonly source: string;
  /** The day they were read, ISO 8601. */
  readonly date: string;
}

/** Expected speed before anything has been measured. */
export interface Speed {
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number;
}

/** What becomes of what an endpoint is sent. `unknown` is refused wherever a policy asks for the promise. */
export interface DataPolicy {
  /** Prompts and answers are not kept once the answer is given. */
  readonly zdr: boolean | 'unknown';
  readonly retentionDays: number | 'unknown';
  readonly trainsOnData: boolean | 'unknown';
  /** Everywhere it may be processed, e.g. `eu` or `eu-west-1`. */
  readonly regions: readonly string[] | 'unknown';
  /** Whose word it is: a public page of the host, a contract of yours, or the simulation. Absent where nothing is known. */
  readonly basis?: 'public' | 'contract' | 'simulated';
  /** The page's address, or what the contract is called. */
  readonly source?: string;
  /** The day that `source` was read, ISO 8601. */
  readonly checked?: string;
}

/** The models and endpoints known, versioned. */
export interface Catalog {
  readonly version: string;
  readonly endpoints: readonly Endpoint[];
}
