import type { Conversation, ParkedStep } from './conversation.ts';

/** Every answer was refused, by whom and how often; nothing of what was said, which history holds. */
export function parkedByRefusals({ step, refused }: Conversation, left = ''): ParkedStep {
  const times = new Map<string, number>();
  for (const { endpoint, by } of refused) {
    const what = `${endpoint} by ${by}`;
    times.set(what, (times.get(what) ?? 0) + 1);
  }
  const list = [...times].map(([what, count]) => (count > 1 ? `${what} ×${count}` : what));
  return {
    reason: 'request_refused',
    kind: refused.at(-1)!.kind,
    message: `No answer of step "${step}" was accepted: ${list.join('; ')}. ${left}`.trim(),
    remedy: 'Let it ask again, or mend what refuses its answers first.',
    update: 'retry',
  };
}
