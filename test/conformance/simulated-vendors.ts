import type { SimulatedProvider } from '../../src/simulated/simulated-providers.ts';

const model = {
  id: 'sim-model',
  maxOutputTokens: 4096,
  contextTokens: 20_000,
  firstTokenMs: 1,
  tokensPerSecond: 10_000,
  abilities: [],
};

/** One provider of each wire, each with one model. */
export const vendors: SimulatedProvider[] = [
  { name: 'sim-aurora', wire: 'openai-compatible', models: [model] },
  { name: 'sim-comet', wire: 'anthropic', models: [model] },
  { name: 'sim-onyx', wire: 'openai', models: [model] },
  { name: 'sim-gale', wire: 'google', models: [model] },
];

export const contract =
  'This Agreement is made on 14 March 2027 between Quillfeather Holdings Ltd ("Seller") and Brannock & Sons GmbH ("Buyer"). ' +
  'The Buyer shall pay $12,450.00 to the Seller.';

/** What a client asks to extract, as JSON Schema. */
export const factsSchema = {
  type: 'object',
  properties: {
    parties: {
      type: 'array',
      items: {
        type: 'object',
        properties: { name: { type: 'string' }, role: { type: 'string' } },
        required: ['name', 'role'],
        additionalProperties: false,
      },
    },
    amount: { type: 'string' },
  },
  required: ['parties', 'amount'],
  additionalProperties: false,
} as const;

export const facts = {
  parties: [
    { name: 'Quillfeather Holdings Ltd', role: 'Seller' },
    { name: 'Brannock & Sons GmbH', role: 'Buyer' },
  ],
  amount: '$12,450.00',
};

/** Arguments of the tool `searchDocument`. */
export const searchSchema = {
  type: 'object',
  properties: { query: { type: 'string' } },
  required: ['query'],
} as const;

export const searchQuestion = 'Which risks does the licence carry?\n- liability\n- warranty';
