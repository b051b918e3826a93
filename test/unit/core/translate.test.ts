import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { translate } from '../../../src/core/transcript/translate.ts';
import type {
  AssistantMessage,
  Message,
  ToolCallPart,
  ToolMessage,
} from '../../../src/core/vocabulary/transcript.ts';

const here = 'vendor/model';
const elsewhere = 'other/model';

const call = (toolCallId: string, more: Partial<ToolCallPart> = {}): ToolCallPart => ({
  ...{ type: 'tool-call', toolCallId, toolName: 'search', input: {} },
  ...more,
});
const said = (endpoint: string, ...content: AssistantMessage['content']): AssistantMessage => ({
  ...{ role: 'assistant', endpoint, content },
});
const results = (...ids: string[]): ToolMessage => ({
  role: 'tool',
  content: ids.map((toolCallId, index) => ({
    ...{ type: 'tool-result', toolCallId, toolName: 'search', output: index, isError: false },
  })),
});
const signed = { type: 'reasoning', text: 'Hm.', providerOptions: { vendor: { signature: 's' } } } as const;

describe('what the endpoint said itself', () => {
  it('it gets back as it was', () => {
    const messages: Message[] = [
      { role: 'user', content: 'Find it.' },
      said(here, signed, call('toolu_1', { providerOptions: { vendor: { mark: 1 } } }), call('toolu_2')),
      results('toolu_1', 'toolu_2'),
      said(here, { type: 'text', text: 'Found.' }),
    ];
    expect(translate(messages, here)).toEqual(messages);
  });

  it('keeps its ids but for those it gave twice, or not at all', () => {
    const messages = [said(here, call('1'), call('')), results('1', ''), said(here, call('1')), results('1')];
    const [first, second] = callsOf(translate(messages, here));
    expect(first).toEqual(['1', 'call00001']);
    expect(second).toEqual(['call00002']);
    assertPaired(translate(messages, here));
  });
});

describe('what others said', () => {
  const messages = [
    said(elsewhere, signed, { type: 'text', text: 'I look.', providerOptions: { other: { id: 'msg_1' } } }),
    said(elsewhere, call('call|with an id\nof 60 letters', { providerOptions: { other: { id: 'x' } } })),
    results('call|with an id\nof 60 letters'),
  ];

  it('loses reasoning and marks, and keeps its words', () => {
    const [first, second] = translate(messages, here) as AssistantMessage[];
    expect(first!.content).toEqual([{ type: 'text', text: 'I look.' }]);
    expect(second!.content).toEqual([call('call00000')]);
  });

  it('has the same ids each time, whatever comes after', () => {
    const longer = [...messages, said(elsewhere, call('b')), results('b')];
    expect(translate(longer, here).slice(0, messages.length)).toEqual(translate(messages, here));
  });
});

it('white space before a call is left out, whoever said it', () => {
  for (const endpoint of [here, elsewhere]) {
    const messages = [said(endpoint, { type: 'text', text: '\n\n' }, call('1')), results('1')];
    const [message] = translate(messages, here) as AssistantMessage[];
    expect(message!.content.map(({ type }) => type)).toEqual(['tool-call']);
  }
});

it('calls that were never valid look as if they were', () => {
  const broken = call('1', { toolName: 'functions.search it', input: '{"text": "cut o' });
  const [message] = translate([said(here, broken)], here) as AssistantMessage[];
  expect(message!.content).toEqual([
    call('1', { toolName: 'functions_search_it', input: { input: '{"text": "cut o' } }),
  ]);
});

it('whoever said what: every result has its call, and no id stands for two', () => {
  const ids = fc.constantFrom('', '0', '1', 'call_1', 'toolu_A', 'x|y');
  const turn = fc.record({
    endpoint: fc.constantFrom(here, elsewhere),
    ids: fc.array(ids, { maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 6 }), (turns) => {
      const messages = turns.flatMap(({ endpoint, ids }) => [
        said(endpoint, ...ids.map((id) => call(id))),
        ...(ids.length > 0 ? [results(...ids)] : []),
      ]);
      const translated = translate(messages, here);
      assertPaired(translated);
      const all = callsOf(translated).flat();
      expect(new Set(all).size).toBe(all.length);
    }),
  );
});

const callsOf = (messages: readonly Message[]) =>
  messages.flatMap((message) =>
    message.role === 'assistant'
      ? [message.content.flatMap((part) => (part.type === 'tool-call' ? [part.toolCallId] : []))]
      : [],
  );

/** Results follow their calls at once, in the calls' order. */
function assertPaired(messages: readonly Message[]): void {
  messages.forEach((message, index) => {
    if (message.role !== 'tool') return;
    const [calls] = callsOf([messages[index - 1]!]);
    expect(message.content.map(({ toolCallId }) => toolCallId)).toEqual(calls);
    expect(message.content.map(({ output }) => output)).toEqual(message.content.map((_, i) => i));
  });
}
