/** Names that say the thing is not a model one asks a question in text and gets an answer in text from. */
const kinds: readonly (readonly [RegExp, string])[] = [
  [/embed|rerank|^bge-|\/bge-|voyage|nomic|(^|[/-])e5-/, 'embedding or reranking'],
  [
    /(^|[/.-])(tts|stt|asr|speech|voice|realtime|sonic|whisper|transcribe|lyria|music|melotts)([.-]|$)|-audio(-|$)|gpt-audio|streaming/,
    'audio',
  ],
  [
    /(^|[/-])(image|imagen|imagine|flux|video|veo|sora)([.-]|$)|stable-diffusion|nano-banana/,
    'image or video',
  ],
  [/(^|[/.-])(ocr|parser)([.-]|$)|olmocr|autoglm-phone/, 'OCR or screen control'],
  [/guard|safety|moderation|pegasus|sam-3/, 'classifier'],
  [
    /indictrans|distilbert|bart-large|m2m100|resnet|uform|granite-ttm|-mt-|translate|draft|toast-1/,
    'not a chat model',
  ],
];

/** A fixed model behind the name is what every policy and every price rests on. */
const routers =
  /(^|\/)(auto($|-)|auto\b|free$|fusion$|pareto|firerouter|model[-_]router|balanced$|cheap$|precise$|jev-router|moonshot-v1-auto)/;
const movingAlias = /(^|\/|~)(?!.*-chat-latest$).*(-|@)latest\b|(^|\/)(chat|gpt-chat)-latest$/;

const priceClasses =
  /^together-ai-|commitment|^ft:|\.ft-|ft:gpt|^container$|^preset\/|(^|\/)(extract|summarize|compress|classify|decisions)$/;

/** Rows that name what the vendor never made; each was looked at. */
const mistakes = new Map([
  ['anthropic.claude-3-7-sonnet-20240620-v1:0', 'a date that belongs to Claude 3.5 Sonnet'],
  ['meta/llama-4-maverick-17b-16e-instruct-maas', 'Maverick has 128 experts'],
  ['meta/llama-4-scout-17b-128e-instruct-maas', 'Scout has 16 experts'],
  ['databricks-claude-sonnet-4-1', 'there is no Sonnet 4.1'],
]);

export function whyNotATextModel(wireModel: string): string | undefined {
  const name = wireModel.toLowerCase();
  const mistake = mistakes.get(name);
  if (mistake !== undefined) return `no such model: ${mistake}`;
  if (priceClasses.test(name)) return 'a price class, a fine-tune or a tool, not a model';
  if (routers.test(name)) return 'a router: which model answers is not known';
  const kind = kinds.find(([pattern]) => pattern.test(name));
  return kind && `not a text model: ${kind[1]}`;
}

/** Answers as whatever its owner points it at this week. Callable, but no rule about a model can hold for it. */
export function isMovingAlias(name: string): boolean {
  return movingAlias.test(name);
}
