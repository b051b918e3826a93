/**
 * Hand-checked names, written as `provider wire-name`. Every one is a row of the snapshot, so this also fails when a
 * source renames something. Where a pair rests on more than its spelling, the reason says what was looked at.
 */

/** One model: all of these are endpoints of `id`. */
export const mustMerge: readonly (readonly [id: string, ...rows: string[]])[] = [
  // Anthropic: four spellings of the order, the version and the date; one date known a model.
  ['claude-sonnet-4.5', 'anthropic claude-sonnet-4-5', 'anthropic claude-sonnet-4-5-20250929'],
  [
    'claude-sonnet-4.5',
    'amazon-bedrock us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'openrouter anthropic/claude-sonnet-4.5',
  ],
  [
    'claude-sonnet-4.5',
    'google-vertex claude-sonnet-4-5@20250929',
    'databricks databricks-claude-sonnet-4-5',
  ],
  ['claude-sonnet-4.5', 'replicate anthropic/claude-4.5-sonnet', 'snowflake claude-sonnet-4-5'],
  ['claude-haiku-4.5', 'anthropic claude-haiku-4-5', 'amazon-bedrock anthropic.claude-haiku-4-5@20251001'],
  [
    'claude-haiku-4.5',
    'google-vertex claude-haiku-4-5@20251001',
    'vercel-ai-gateway anthropic/claude-haiku-4.5',
  ],
  ['claude-opus-4.6', 'amazon-bedrock anthropic.claude-opus-4-6-v1', 'google-vertex claude-opus-4-6@default'],
  ['claude-opus-5', 'amazon-bedrock jp.anthropic.claude-opus-5', 'claude-platform-aws claude-opus-5'],
  [
    'claude-sonnet-4',
    'deepinfra anthropic/claude-4-sonnet',
    'amazon-bedrock anthropic.claude-sonnet-4-20250514-v1:0',
  ],
  ['claude-opus-4', 'vercel-ai-gateway anthropic/claude-4-opus', 'vercel-ai-gateway anthropic/claude-opus-4'],
  ['claude-opus-4.8', 'github-copilot claude-opus-4.8', 'github-copilot claude-opus-4.8-fast'],
  ['claude-2.1', 'amazon-bedrock anthropic.claude-v2:1', 'amazon-bedrock us-east-1/anthropic.claude-v2:1'],
  // OpenAI: the only dated release, and Azure's regions.
  ['gpt-5.4', 'openai gpt-5.4', 'openai gpt-5.4-2026-03-05'],
  ['gpt-5.4', 'azure eu/gpt-5.4-2026-03-05', 'openrouter openai/gpt-5.4'],
  ['gpt-4.1-mini', 'openai gpt-4.1-mini', 'azure us/gpt-4.1-mini-2025-04-14'],
  ['o3', 'openai o3-2025-04-16', 'vercel-ai-gateway openai/o3'],
  ['gpt-3.5-turbo', 'azure gpt-35-turbo', 'openai gpt-3.5-turbo'],
  ['gpt-4o-2024-08-06', 'openai gpt-4o-2024-08-06', 'azure eu/gpt-4o-2024-08-06'],
  ['gpt-5-chat', 'openai gpt-5-chat', 'openai gpt-5-chat-latest'],
  ['gpt-oss-120b', 'amazon-bedrock openai.gpt-oss-120b-1:0', 'groq openai/gpt-oss-120b'],
  ['gpt-oss-120b', 'google-vertex openai/gpt-oss-120b-maas', 'cloudflare-workers-ai @cf/openai/gpt-oss-120b'],
  ['gpt-oss-120b', 'azure FW-GPT-OSS-120B', 'fireworks accounts/fireworks/models/gpt-oss-120b'],
  ['gpt-5.6-luna', 'amazon-bedrock global.openai.gpt-5.6-luna', 'databricks databricks-gpt-5-6-luna'],
  // Llama: `-instruct` or not on hosts that sell chat, `v3p3`, `llama3.3`, quantised and sped up.
  [
    'llama-3.3-70b',
    'fireworks accounts/fireworks/models/llama-v3p3-70b-instruct',
    'groq llama-3.3-70b-versatile',
  ],
  [
    'llama-3.3-70b',
    'amazon-bedrock us.meta.llama3-3-70b-instruct-v1:0',
    'together meta-llama/Llama-3.3-70B-Instruct-Turbo',
  ],
  ['llama-3.3-70b', 'cerebras llama-3.3-70b', 'sambanova Meta-Llama-3.3-70B-Instruct'],
  [
    'llama-3.3-70b',
    'lambda llama3.3-70b-instruct-fp8',
    'cloudflare-workers-ai @cf/meta/llama-3.3-70b-instruct-fp8-fast',
  ],
  [
    'llama-3.3-70b',
    'ovhcloud Meta-Llama-3_3-70B-Instruct',
    'databricks databricks-meta-llama-3-3-70b-instruct',
  ],
  ['llama-3.1-8b', 'cerebras llama3.1-8b', 'ovhcloud Llama-3.1-8B-Instruct'],
  ['llama-3.1-8b', 'groq llama-3.1-8b-instant', 'novita meta-llama/llama-3.1-8b-instruct'],
  [
    'llama-4-maverick',
    'deepinfra meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8',
    'vercel-ai-gateway meta/llama-4-maverick',
  ],
  [
    'llama-4-scout',
    'amazon-bedrock meta.llama4-scout-17b-instruct-v1:0',
    'cloudflare-workers-ai @cf/meta/llama-4-scout-17b-16e-instruct',
  ],
  [
    'llama-3.2-11b-vision',
    'amazon-bedrock us.meta.llama3-2-11b-instruct-v1:0',
    'deepinfra meta-llama/Llama-3.2-11B-Vision-Instruct',
  ],
  ['llama-2-70b', 'fireworks accounts/fireworks/models/llama-v2-70b-chat', 'replicate meta/llama-2-70b-chat'],
  // DeepSeek, Kimi, GLM, MiniMax.
  ['deepseek-v3.1', 'amazon-bedrock deepseek.v3-v1:0', 'fireworks accounts/fireworks/models/deepseek-v3p1'],
  ['deepseek-v3.2', 'amazon-bedrock us-east-1/deepseek.v3.2', 'google-vertex deepseek-ai/deepseek-v3.2-maas'],
  ['deepseek-v3-0324', 'azure deepseek-v3-0324', 'openrouter deepseek/deepseek-chat-v3-0324'],
  ['deepseek-r1', 'amazon-bedrock us.deepseek.r1-v1:0', 'novita deepseek/deepseek-r1-turbo'],
  [
    'deepseek-v4.1-flash-1017',
    'mistral deepseek-v4-1-flash-1017',
    'fireworks accounts/fireworks/models/deepseek-v4p1-flash-1017-us',
  ],
  ['kimi-k2', 'novita moonshotai/kimi-k2-instruct', 'openrouter moonshotai/kimi-k2'],
  ['kimi-k2-0905', 'openrouter moonshotai/kimi-k2-0905', 'groq moonshotai/kimi-k2-instruct-0905'],
  [
    'kimi-k2-thinking',
    'amazon-bedrock moonshot.kimi-k2-thinking',
    'google-vertex moonshotai/kimi-k2-thinking-maas',
  ],
  ['kimi-k2.5', 'together moonshotai/Kimi-K2.5-fp4', 'fireworks kimi-k2p5'],
  ['kimi-k2.7-code', 'moonshotai kimi-k2.7-code', 'moonshotai kimi-k2.7-code-highspeed'],
  ['glm-5.3', 'mistral zai-glm-5-3', 'fireworks accounts/fireworks/routers/glm-5p3-fast'],
  ['glm-4.5-air', 'together zai-org/GLM-4.5-Air-FP8', 'zai glm-4.5-air'],
  ['glm-5.1', 'tensormesh lukealonso/GLM-5.1-NVFP4-MTP', 'deepinfra zai-org/GLM-5.1'],
  ['minimax-m2.5', 'minimax MiniMax-M2.5-lightning', 'amazon-bedrock eu-west-1/minimax.minimax-m2.5'],
  ['minimax-m2.7', 'minimax MiniMax-M2.7-highspeed', 'novita minimax/minimax-m2.7-highspeed'],
  // Qwen, Gemma, Mistral, Nemotron: sizes, active parameters, marketing versions.
  [
    'qwen3-235b-a22b-2507',
    'amazon-bedrock qwen.qwen3-235b-a22b-2507-v1:0',
    'deepinfra Qwen/Qwen3-235B-A22B-Instruct-2507',
  ],
  [
    'qwen3-coder-480b-a35b',
    'openrouter qwen/qwen3-coder',
    'together Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8',
  ],
  ['qwen3-32b', 'cerebras qwen-3-32b', 'amazon-bedrock qwen.qwen3-32b-v1:0'],
  [
    'qwen3-next-80b-a3b',
    'amazon-bedrock qwen.qwen3-next-80b-a3b',
    'google-vertex qwen/qwen3-next-80b-a3b-instruct-maas',
  ],
  [
    'qwen2.5-72b',
    'fireworks accounts/fireworks/models/qwen2p5-72b-instruct',
    'openrouter qwen/qwen-2.5-72b-instruct',
  ],
  ['gemma-3-27b', 'amazon-bedrock google.gemma-3-27b-it', 'openrouter google/gemma-3-27b-it'],
  ['gemma-4-31b', 'openrouter google/gemma-4-31b-it:free', 'sail nvidia/Gemma-4-31B-IT-NVFP4'],
  ['gemma-4-26b-a4b', 'darkbloom gemma-4-26b', 'google-vertex google/gemma-4-26b-a4b-it-maas'],
  [
    'mistral-large-2512',
    'amazon-bedrock mistral.mistral-large-3-675b-instruct',
    'mistral mistral-large-2512',
  ],
  [
    'mistral-small-2506',
    'mistral mistral-small-2506',
    'deepinfra mistralai/Mistral-Small-3.2-24B-Instruct-2506',
  ],
  ['mistral-nemo', 'deepinfra mistralai/Mistral-Nemo-Instruct-2407', 'mistral open-mistral-nemo'],
  [
    'mistral-7b-v0.2',
    'amazon-bedrock us-east-1/mistral.mistral-7b-instruct-v0:2',
    'replicate mistralai/mistral-7b-instruct-v0.2',
  ],
  [
    'nemotron-3-super-120b-a12b',
    'amazon-bedrock nvidia.nemotron-super-3-120b',
    'cloudflare-workers-ai @cf/nvidia/nemotron-3-120b-a12b',
  ],
  ['grok-4.20-reasoning', 'azure grok-4-20-reasoning', 'oci xai.grok-4.20-reasoning'],
  ['command-r-plus-08-2024', 'oci cohere.command-r-plus-08-2024', 'openrouter cohere/command-r-plus-08-2024'],
  ['nova-lite', 'amazon-bedrock us.amazon.nova-lite-v1:0', 'openrouter amazon/nova-lite-v1'],
];
