import { handAliases, hostAliases } from './hand-aliases.ts';

/** What a host's own name for a model says, taken apart. */
export interface ModelName {
  /** The model: what it is called when everything that is about the host is gone. */
  readonly name: string;
  /** The day or revision a vendor froze it, `2024-08-06`; see `resolve-snapshots.ts` for what that means. */
  readonly snapshot?: string;
  /** Fewer bits than the vendor published: other numbers come out, so it stays visible on the endpoint. */
  readonly quantization?: string;
  /** How the host serves the same weights: `free`, `fast`, `spot`, … */
  readonly variant?: string;
  readonly region?: string;
  /** Not an endpoint of its own: the price of sending the same requests in bulk. */
  readonly batch?: boolean;
}

/** Mutable only while one name is being read. */
interface Reading {
  text: string;
  readonly provider: string;
  readonly found: { -readonly [Part in keyof Omit<ModelName, 'name'>]: ModelName[Part] };
}

/** Reads `us.anthropic.claude-sonnet-4-5-20250929-v1:0` on `amazon-bedrock` as `claude-sonnet-4.5`. */
export function readModelName(provider: string, wireModel: string): ModelName {
  const named = hostAliases.get(`${provider}/${wireModel}`);
  if (named !== undefined) return { name: named };

  const reading: Reading = { text: wireModel.toLowerCase().replaceAll('_', '-'), provider, found: {} };
  const repository = /^[a-z0-9.-]+\/[^/]+$/.test(reading.text);
  takeRegion(reading);
  takeOwner(reading);
  takeSuffixes(reading);
  const name = nameBase(spellFamily(reading.text), repository, provider);
  return { name: handAliases.get(name) ?? name, ...reading.found };
}

// ---- where it runs ------------------------------------------------------------------------------------------------

function takeRegion(reading: Reading): void {
  const geography =
    reading.provider === 'amazon-bedrock'
      ? /^(?:invoke\/)?(?:((?:us|eu|ap|ca|sa)(?:-gov)?-[a-z]+-\d)\/|(us-gov|us|eu|apac|global|regional|jp|au|in|ca)\.)/
      : reading.provider === 'azure'
        ? /^(us|eu|us-gov|apac|global)(?:-standard)?\//
        : undefined;
  const [prefix, zone, group] = geography?.exec(reading.text) ?? [];
  const region = zone ?? group;
  if (prefix === undefined || region === undefined) return;
  reading.text = reading.text.slice(prefix.length);
  reading.found.region = region;
}

// ---- who made it ---------------------------------------------------------------------------------------------------

/** They publish other people's models under the same names with weights of their own. */
const tuners = /^(openpipe|arize-ai|aisingapore|nousresearch)\//;

/** Prefixes hosts put where others put `owner/`. */
const owners =
  /^(?:(?:ai21|amazon|anthropic|cohere|deepseek|google|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen|twelvelabs|writer|xai|zai)\.|databricks-|system\.ai\.|fw-|cc-|coding-(?:xiaomi-)?|(?:zai|alibaba|anthropic|openai|snowflake|cohere|xiaomi)-(?=glm|qwen|claude|gpt|o\d|llama|deepseek|command|mimo)|nvidia-(?=nemotron)|meta-(?=llama))/;

function takeOwner(reading: Reading): void {
  const { provider } = reading;
  let text = reading.text.replace(/^~/, '').replace(/\/(community|query)$/, '');
  const tuner = tuners.exec(text)?.[1];
  const vendor = /^(deepseek)\./.exec(text)?.[1];
  text = text.slice(text.lastIndexOf('/') + 1).replace(/^@[a-z]+\./, '');
  if (/^fw-/.test(text) || provider === 'fireworks') {
    text = text.replace(/(?<=\d)p(?=\d)/g, '.');
    const us = /^(.*)-us$/.exec(text);
    if (us?.[1] !== undefined) {
      text = us[1];
      reading.found.region = 'us';
    }
  }
  text = text.replace(owners, '');
  // Bedrock calls DeepSeek's models `deepseek.v3.2`: there the owner is half of the name.
  if (vendor !== undefined && /^[vr]\d/.test(text)) text = `${vendor}-${text}`;
  const retuned = tuner !== undefined && (tuner === 'openpipe' || tuner === 'arize-ai');
  reading.text = retuned ? `${tuner}-${text}` : text;
}

// ---- how it is served, and when it was frozen ------------------------------------------------------------------------

type Suffix = readonly [
  pattern: RegExp,
  take: (reading: Reading, match: RegExpExecArray) => string | undefined,
];

const hostsOfOpenWeights = new Set(['together', 'deepinfra', 'novita', 'inferenceapis', 'huggingface']);
const setVariant = (variant: string) => (reading: Reading) => {
  reading.found.variant ??= variant;
  return '';
};

/** Tried in turn until none fits: `…-instruct-fp8-fast` carries three. Each returns what is left in its place. */
const suffixes: readonly Suffix[] = [
  [
    /[:-]batch$/,
    (reading) => {
      reading.found.batch = true;
      return '';
    },
  ],
  [/[:-]free$/, setVariant('free')],
  [/:(?:thinking)$/, () => '-thinking'],
  [/-think$/, () => '-thinking'],
  [/:(nitro|floor|exacto)$/, setVariant('routed')],
  [/:(extended|online|beta)$/, (_, match) => `-${match[1]}`],
  // Bedrock's own revision of its wrapper, after the vendor's version. Mistral's `v0:2` is the vendor's.
  [/-v0:(\d)$/, (_, match) => `-v0.${match[1]}`],
  [/-v2:1$/, () => '-2.1'],
  [/(?:-v[013-9]:\d+|(?<!nano-9b|nano-12b)-v2:\d|-1:0|:0)$/, () => ''],
  [/(?<=nova-.*|titan.*|llama.*|claude-opus-4-6|command.*)-v\d+$/, () => ''],
  [/@default$|-maas$|-hf$|-tee$/, () => ''],

  [
    /-(?:instruct-)?(nvfp4|mxfp4|fp4|fp8|fp16|bf16|int4|int8|awq|gptq|gguf|q8-0)(?:-dynamic|-mtp|-gguf)?$/,
    (reading, match) => {
      reading.found.quantization = match[1]!.replace('q8-0', 'int8');
      return match[0].startsWith('-instruct') ? '-instruct' : '';
    },
  ],

  // Faster for more money, by the vendor's own word the same model. Elsewhere (`grok-4-fast`, `glm-4.7-flashx`,
  // `nemotron-3.5-lightning`) the word is the name of another model.
  [
    /^(?=gpt-|o\d|claude-|glm-|kimi-|deepseek-|llama-)(.*)-(fast|ultrafast)(?:-preview)?$/,
    (reading, match) => {
      setVariant(match[2]!)(reading);
      return match[1]!;
    },
  ],
  [/-(highspeed|ultraspeed)$/, setVariant('fast')],
  [/(?<=minimax-m.*)-lightning$/, setVariant('fast')],
  [/(?<=minimax-m.*)-turbo$/, setVariant('turbo')],
  [/-spot$/, setVariant('spot')],
  [/^spot-(?=deepseek)/, setVariant('spot')],
  [/(?<=instruct|deepseek-.*)-basic$/, setVariant('basic')],
  [/(?<=llama.*)-(versatile|instant|specdec)$/, () => ''],
  [/(?<=llama3?-\d+b|mixtral-8x7b)-(8192|32768|4096)$/, () => ''],
  // Together's own table: Turbo is FP8, Lite is INT4.
  [
    /(?<=instruct)-lite$/,
    (reading) => {
      if (reading.provider !== 'together') return undefined;
      reading.found.quantization = 'int4';
      return '';
    },
  ],
  [
    /(?<=(instruct|it|lunaris-v1|gpt-oss-\d+b|deepseek-(r1|v3)(-\d{4})?))-turbo$/,
    (reading) => {
      if (!hostsOfOpenWeights.has(reading.provider)) return undefined;
      setVariant('turbo')(reading);
      // The other hosts do not say for all of theirs.
      if (reading.provider === 'together') reading.found.quantization = 'fp8';
      return '';
    },
  ],

  [
    /[-@](20\d\d)-?(0[1-9]|1[0-2])-?([0-3]\d)$/,
    (reading, [, year, month, day]) => takeSnapshot(reading, `${year}-${month}-${day}`),
  ],
  [
    /-(2[3-9])(0[1-9]|1[0-2])([0-3]\d)$/,
    (reading, [, year, month, day]) => takeSnapshot(reading, `20${year}-${month}-${day}`),
  ],
  [/[-@](00\d)$/, (reading, match) => takeSnapshot(reading, match[1]!)],
  [/@(\d{4})$/, (_, match) => `-${match[1]}`],
];

function takeSnapshot(reading: Reading, snapshot: string): string {
  reading.found.snapshot ??= snapshot;
  return '';
}

function takeSuffixes(reading: Reading): void {
  for (let before = ''; before !== reading.text; ) {
    before = reading.text;
    for (const [pattern, take] of suffixes) {
      const match = pattern.exec(reading.text);
      const left = match && take(reading, match);
      if (match && left != null) reading.text = reading.text.replace(pattern, () => left);
    }
  }
}

// ---- how the family spells its versions -----------------------------------------------------------------------------

/** `4-5` is `4.5` unless the second number is a size (`3-8b`), a month (`08-06`) or a snapshot's day. */
const dashedVersion = /(?<=^o|[a-z]-?v?|[a-z]-[a-z]?)([1-9]\d?)-([1-9]\d?|0)(?=-|$)(?!-\d\d(?:-|$))/;

const spellingRules: readonly (readonly [RegExp, string])[] = [
  [/^claude-v?(\d)(?:\.(\d))?-(haiku|sonnet|opus)(?=-|$)/, 'claude-$1.$2-$3'],
  [/^claude-(\d)\.-/, 'claude-$1-'],
  [/^claude-([4-9](?:\.\d)?)-(haiku|sonnet|opus)/, 'claude-$2-$1'],
  [/^claude-v(\d)/, 'claude-$1'],
  [/^(claude-(?:opus|sonnet)-4)\.0$/, '$1'],
  [/^gpt-35/, 'gpt-3.5'],
  [/^gpt-41-copilot$/, 'gpt-4.1-copilot'],
  [/^(?:meta-)?llama-?v?(\d)/, 'llama-$1'],
  [/^code-?llama-/, 'codellama-'],
  [/^qwen-?(?:v)?(\d)/, 'qwen$1'],
  [/^code-qwen-?/, 'codeqwen'],
  [/^qwen(\d)5-/, 'qwen$1.5-'],
  [/^gemma-?(\d)/, 'gemma-$1'],
  [/^lfm-?(\d)/, 'lfm-$1'],
  [/^mistral-(\d+b)-instruct-v(\d)$/, 'mistral-$1-instruct-v0.$2'],
  [/^(llama-4-(?:scout|maverick))-17b(?:-\d+e)?/, '$1'],
  [/^nemotron-(super|nano|ultra)-3-(\d+b)/, 'nemotron-3-$1-$2'],
  [/^nemotron-lightning-3\.5/, 'nemotron-3.5-lightning'],
  [/^doubao-seed-/, 'seed-'],
  [/^hermes3-/, 'hermes-3-llama-3.1-'],
  [/^deepseek-chat-v/, 'deepseek-v'],
  [/^deepseek-v(\d)-(\d)(?=-|$)/, 'deepseek-v$1.$2'],
  [/-vision-instruct$/, '-vision'],
];

function spellFamily(text: string): string {
  const dotted = text.replace(dashedVersion, '$1.$2');
  return spellingRules.reduce((name, [pattern, replacement]) => name.replace(pattern, replacement), dotted);
}

// ---- instruct or base ------------------------------------------------------------------------------------------------

/**
 * People say `llama-3.1-70b` and mean the model that answers, so `-instruct` goes from the name and the rare raw
 * checkpoint gets `-base`. Which one a plain name means depends on the host: where names are repositories of weights,
 * the plain repository of these families is the raw checkpoint; a host that sells chat serves the tuned one.
 */
const familiesWithRawCheckpoints =
  /^(llama-2|llama-3-|llama-3\.[12]-\d+b$|codellama-\d+b$|mistral-7b(-v[\d.]+)?$|mixtral-8x\d+b(-v[\d.]+)?$|qwen(1\.5|2|2\.5)(-coder|-math)?-[\d.]+b$|gemma-(2-)?\d+b$|yi-\d+b$|deepseek-coder-\d+b$)/;
const hostsOfRawCheckpoints = new Set(['fireworks', 'together', 'replicate', 'nebius', 'huggingface']);

/** Here the word tells two products apart: OpenAI's completion model, IBM's two tunings of one base. */
const namedInstruct = /^(gpt-|claude-|granite-13b-)/;

function nameBase(text: string, repository: boolean, provider: string): string {
  if (namedInstruct.test(text)) return text;
  const tuned = text
    .replace(/-instruct(?=-|$)/, '')
    .replace(/(?<=\d+b.*)-(it|chat)(?=-|$)/, '')
    .replace(/-instruct$/, '');
  const isRaw =
    tuned === text &&
    familiesWithRawCheckpoints.test(text) &&
    hostsOfRawCheckpoints.has(provider) &&
    (repository || provider === 'fireworks');
  return isRaw ? `${tuned}-base` : tuned;
}
