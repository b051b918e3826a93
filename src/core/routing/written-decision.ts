import type {
  Candidate,
  CandidateColumns,
  Changes,
  Decision,
  DecisionChanges,
  WrittenDecision,
} from '../vocabulary/decision.ts';

/** What differs between two Decisions of a step: mostly the costs, which grow with the conversation. */
export function changesBetween(before: Decision, now: Decision): DecisionChanges {
  const { candidates: candidatesBefore, ...restBefore } = before;
  const { candidates: candidatesNow, ...restNow } = now;
  const candidates = differing(columnsOf(candidatesBefore), columnsOf(candidatesNow));
  return {
    ...differing<Omit<Decision, 'candidates'>>(restBefore, restNow),
    ...(Object.keys(candidates).length > 0 && { candidates }),
  };
}

/** Reads a run's Decisions in the order of its history. */
export class DecisionReader {
  readonly #answered = new Map<string, Decision>();

  /** @throws Error where it is written as changes though the step was never answered */
  read(step: string, written: WrittenDecision): Decision {
    if ('whole' in written) return written.whole;
    const before = this.#answered.get(step);
    if (!before)
      throw new Error(
        `Decision ${written.id} changes an earlier one, but step "${step}" was never answered.`,
      );
    return withChanges(before, written.changes);
  }

  /** The same, of one that led to an answer: the next may be written as what differs from it. */
  readAnswered(step: string, written: WrittenDecision): Decision {
    const decision = this.read(step, written);
    this.#answered.set(step, decision);
    return decision;
  }
}

function withChanges({ candidates: before, ...restBefore }: Decision, changes: DecisionChanges): Decision {
  const { candidates, ...rest } = changes;
  return {
    ...changed<Omit<Decision, 'candidates'>>(restBefore, rest),
    candidates: candidates ? candidatesIn(changed(columnsOf(before), candidates)) : before,
  };
}

function columnsOf(candidates: readonly Candidate[]): CandidateColumns {
  const fields = [...new Set(candidates.flatMap(Object.keys))] as (keyof Candidate)[];
  return Object.fromEntries(
    fields.map((field) => [field, candidates.map((candidate) => candidate[field] ?? null)]),
  );
}

function candidatesIn(columns: CandidateColumns): Candidate[] {
  return (columns.endpoint ?? []).map((_, i) => {
    const fields = Object.entries(columns).map(([field, values]) => [field, values[i]]);
    return Object.fromEntries(fields.filter(([, value]) => value !== null));
  });
}

function differing<T extends object>(before: T, now: T): Changes<T> {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(now)])] as (keyof T)[];
  const differs = fields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(now[field]));
  return Object.fromEntries(differs.map((field) => [field, now[field] ?? null])) as Changes<T>;
}

function changed<T extends object>(before: T, changes: Changes<T>): T {
  const fields = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null);
  return Object.fromEntries(fields) as T;
}
