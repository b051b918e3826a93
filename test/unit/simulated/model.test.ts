import { describe, expect, it } from '@jest/globals';
import { classify } from '../../../src/simulated/models/classify.ts';
import type { Conversation, Message } from '../../../src/simulated/models/conversation.ts';
import { answer } from '../../../src/simulated/models/model.ts';

const search = {
  name: 'searchDocument',
  description: 'Searches the document for passages.',
  schema: {
    type: 'object',
    properties: { query: { type: 'string' }, limit: { type: 'integer', minimum: 1, maximum: 5 } },
    required: ['query'],
  },
};

function conversation(text: string, more: Partial<Conversation> = {}): Conversation {
  return {
    system: '',
    messages: [{ role: 'user', text }],
    tools: [],
    toolChoice: 'auto',
    parallelToolCalls: false,
    format: 'text',
    maxCharacters: 16_000,
    ...more,
  };
}

/** Plays the model against its tools until it answers. */
function play(start: Conversation, result: (query: string) => string) {
  const queries: string[] = [];
  const messages: Message[] = [...start.messages];
  for (;;) {
    const { text, calls = [] } = answer({ ...start, messages });
    if (text !== undefined) return { queries, text };
    const toolCalls = calls.map((call, i) => ({ ...call, id: `${messages.length}-${i}` }));
    messages.push({ role: 'assistant', text: '', toolCalls });
    for (const call of toolCalls) {
      const { query } = call.input as { query: string };
      queries.push(query);
      messages.push({ role: 'tool', callId: call.id, text: result(query) });
    }
  }
}

describe('a simulated model with a tool', () => {
  it('looks up each topic listed, once, three at most, then answers from what it found', () => {
    const asked = conversation(
      'Which risks does the licence carry?\n- liability\n- warranty\n- liability\n- termination\n- patents',
      { tools: [search] },
    );
    const played = play(
      asked,
      (query) => `The ${query} clause puts every risk on the licensee of work ${query.length}.`,
    );
    expect(played.queries).toEqual(['liability', 'warranty']);
    expect(played.text).toContain('The liability clause puts every risk on the licensee of work 9.');
  });

  it('asks once for a question without topics, and reads JSON results', () => {
    const asked = conversation('Search the document and tell what it says about indemnification.', {
      tools: [search],
    });
    const played = play(asked, () =>
      JSON.stringify({ hits: [{ text: 'The indemnification is unlimited.' }] }),
    );
    expect(played).toEqual({ queries: ['indemnification'], text: 'The indemnification is unlimited.' });
  });

  it('answers in the schema asked for, after looking up', () => {
    const schema = {
      type: 'object',
      properties: { quote: { type: 'string' } },
      required: ['quote'],
    };
    const asked = conversation('What about liability? Search the document.', {
      tools: [search],
      format: { json: schema },
    });
    const played = play(asked, () => 'Nobody accepts liability.');
    expect(JSON.parse(played.text)).toEqual({ quote: 'Nobody accepts liability.' });
  });

  it('answers again when told so, without looking up again, each finding under its topic', () => {
    const schema = {
      type: 'object',
      properties: {
        risks: {
          type: 'array',
          items: {
            type: 'object',
            properties: { topic: { type: 'string' }, quote: { type: 'string' } },
            required: ['topic', 'quote'],
          },
        },
      },
      required: ['risks'],
    };
    const messages: Message[] = [
      { role: 'user', text: 'Find the risks.\n- liability' },
      {
        role: 'assistant',
        text: '',
        toolCalls: [{ id: '1', name: 'searchDocument', input: { query: 'liability', limit: 1 } }],
      },
      { role: 'tool', callId: '1', text: '["Liability.", "Nobody accepts liability for damages."]' },
      { role: 'assistant', text: '{}', toolCalls: [] },
      { role: 'user', text: 'That answer was not accepted: risks is missing. Answer again, whole.' },
    ];
    const reply = answer(conversation('', { messages, tools: [search], format: { json: schema } }));
    expect(JSON.parse((reply as { text: string }).text)).toEqual({
      risks: [{ topic: 'liability', quote: 'Nobody accepts liability for damages.' }],
    });
  });

  it('goes on from a summary of what it has looked up, without looking it up again', () => {
    const told = [
      'User: Find the risks.',
      'Assistant calls searchDocument: {"query":"liability","limit":1}',
      'searchDocument returns: Nobody accepts liability for damages.',
    ].join('\n');
    const summarised = answer(conversation(`Summarise the conversation.\n\n<said>\n${told}\n</said>`));
    const { text: summary } = summarised as { text: string };
    expect(summary).toContain('calls searchDocument: {"query":"liability","limit":1}');
    expect(summary).toContain('Nobody accepts liability');
    const messages: Message[] = [
      {
        role: 'user',
        text: 'What about liability and warranty? Search for these topics: liability, warranty',
      },
      { role: 'user', text: `Summary of the conversation so far.\n\n${summary}` },
    ];
    const next = answer(conversation('', { messages, tools: [search] }));
    expect(next).toMatchObject({ calls: [{ input: { query: 'warranty' } }] });
    const last = answer(conversation('', { messages, tools: [] }));
    expect(last).toEqual({ text: expect.stringContaining('Nobody accepts liability') });
  });

  it('calls in parallel where the request says so, and never where tools are off', () => {
    const text = 'Search for these topics: liability, warranty';
    const together = answer(conversation(text, { tools: [search], parallelToolCalls: true }));
    expect(together).toMatchObject({
      calls: [{ input: { query: 'liability' } }, { input: { query: 'warranty' } }],
    });
    expect(answer(conversation(text, { tools: [search], toolChoice: 'none' }))).toHaveProperty('text');
  });
});

describe('a simulated model without tools', () => {
  const text =
    'The mill opened in 1890. The mill burned down in 1911 and the mill was rebuilt. Cats like milk. The rebuilt mill still grinds flour.';

  it('summarises in as many sentences as asked, in the words of the text', () => {
    const reply = answer(conversation(`Summarise this in two sentences.\n\n${text}`));
    expect(reply).toHaveProperty('text');
    const { text: summary } = reply as { text: string };
    expect(summary.match(/\./g)).toHaveLength(2);
    expect(summary).not.toContain('Cats');
  });

  it('answers with the sentences that speak of what is asked', () => {
    expect(answer(conversation(`When did the mill burn?\n\n${text}`))).toEqual({
      text: 'The mill burned down in 1911 and the mill was rebuilt.',
    });
  });

  it('goes back to what was said before, where the question brings no text', () => {
    const messages: Message[] = [
      { role: 'user', text },
      { role: 'assistant', text: 'Noted.', toolCalls: [] },
      { role: 'user', text: 'Who likes milk?' },
    ];
    expect(answer(conversation('', { messages }))).toEqual({ text: 'Cats like milk.' });
  });

  it('shortens lists so that the whole answer fits into the tokens allowed', () => {
    const clauses = Array.from({ length: 40 }, (_, i) => `The Buyer shall pay part ${i}.`).join(' ');
    const schema = {
      type: 'object',
      properties: { obligations: { type: 'array', items: { type: 'string' } } },
      required: ['obligations'],
    };
    const whole = answer(
      conversation(`Extract the obligations.\n\n${clauses}`, { format: { json: schema } }),
    );
    const short = answer(
      conversation(`Extract the obligations.\n\n${clauses}`, {
        format: { json: schema },
        maxCharacters: 500,
      }),
    );
    expect(JSON.parse((whole as { text: string }).text).obligations).toHaveLength(40);
    expect(JSON.parse((short as { text: string }).text).obligations).toHaveLength(10);
  });
});

describe('classification', () => {
  const labels = [
    'definitions',
    'grant',
    'warranty-disclaimer',
    'liability',
    'termination',
    'payment',
    'general',
  ];
  it.each([
    ['"Work" means any text. "You" refers to each licensee.', 'definitions'],
    ['You may make, run and convey the work; this permission is irrevocable.', 'grant'],
    ['THE PROGRAM COMES "AS IS" WITHOUT WARRANTY OF ANY KIND.', 'warranty-disclaimer'],
    ['In no event is the author liable for damages.', 'liability'],
    ['Either party may terminate with notice after a breach.', 'termination'],
    ['The Buyer shall pay EUR 300 for each invoice.', 'payment'],
    ['Roses are red.', 'general'],
  ])('%p is %p', (text, label) => {
    expect(classify(text, labels, '')).toBe(label);
  });

  it('goes by what the description says of a label', () => {
    expect(classify('My parcel is lost', ['a', 'b'], 'a: refunds; b: a lost parcel')).toBe('b');
  });
});
