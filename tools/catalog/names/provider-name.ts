/**
 * One name for one host. Two spellings are the same provider when the same key opens the same service: LiteLLM alone
 * has eleven names for Vertex AI and three for Alibaba's Model Studio. A service with keys or a region of its own
 * (Moonshot in China, Claude on AWS) stays a provider of its own.
 */
const spellings: Record<string, readonly string[]> = {
  alibaba: ['dashscope', 'qwencloud', 'qwen_ai_platform'],
  'amazon-bedrock': ['bedrock', 'bedrock_converse', 'bedrock_mantle', 'aws'],
  azure: ['azure_ai', 'azure_text'],
  'claude-platform-aws': ['claude_platform'],
  'cloudflare-workers-ai': ['cloudflare'],
  cohere: ['cohere_chat'],
  fireworks: ['fireworks_ai'],
  google: ['gemini'],
  'google-vertex': ['vertex_ai'],
  inception: ['text-completion-inception'],
  lambda: ['lambda_ai'],
  meta: ['meta_llama'],
  mistral: ['codestral', 'text-completion-codestral'],
  moonshotai: ['moonshot'],
  nvidia: ['nvidia_nim'],
  openai: ['text-completion-openai'],
  together: ['together_ai'],
  'vercel-ai-gateway': ['vercel_ai_gateway'],
  xai: ['x-ai'],
  xiaomi: ['xiaomi_mimo'],
  'zai-cn': ['bigmodel', 'zhipuai'],
};

const nameOf = new Map(
  Object.entries(spellings).flatMap(([name, others]) => others.map((other) => [other, name])),
);

/** Sold by the month or by the seat: what a table shows as their token price is not what a call costs. */
const subscriptions =
  /^(chatgpt|cursor|kimi-coding|microsoft_365_copilot|openai-codex|opencode[-_]go|zai-coding.*|.*-token-plan.*)$/;

/** Weights a user runs at home or at a renter's have no price list. */
const selfHosted = /^(ollama|lemonade|sagemaker)$/;

export interface ProviderName {
  readonly provider: string;
  /** The host behind a router that lets the caller pick one. */
  readonly via?: string;
}

export function readProviderName(spelling: string): ProviderName {
  const [, router, via] = /^(huggingface)_(.+)$/.exec(spelling) ?? [];
  if (router !== undefined && via !== undefined) return { provider: router, via };
  if (spelling.startsWith('vertex_ai-')) return { provider: 'google-vertex' };
  return { provider: nameOf.get(spelling) ?? spelling.replaceAll('_', '-') };
}

export function whyNotAProvider(spelling: string): string | undefined {
  if (subscriptions.test(spelling)) return 'sold as a subscription: no price per token';
  if (selfHosted.test(spelling)) return 'self-hosted: no price list';
  return undefined;
}
