/** What a model can do beyond answering text with text. A step that needs one rejects models without it. */
export type Ability = 'tools' | 'structured-output' | 'reasoning' | 'caching';
export const ABILITIES: readonly Ability[] = ['tools', 'structured-output', 'reasoning', 'caching'];

/** What answers. One model may be served by many endpoints. */
export interface Model {
  /** Canonical id, the same on every host, e.g. `atlas-large`. */
  readonly id: string;
  readonly family: string;
  /** Input and output together, in tokens. */
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly abilities: readonly Ability[];
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
}

/** USD per million tokens, which is the same number as micro-dollars per token. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Input tokens read from the provider's prompt cache; the input price where the vendor gives none. */
  readonly cacheRead: number;
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

/** `unknown` is refused wherever a policy asks for the promise. */
export interface DataPolicy {
  readonly zeroRetention: boolean | 'unknown';
  readonly trainsOnData: boolean | 'unknown';
  readonly region: string | 'unknown';
}

/** The models and endpoints known, versioned. */
export interface Catalog {
  readonly version: string;
  readonly endpoints: readonly Endpoint[];
}
