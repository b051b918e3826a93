import type { UpdateDefinition } from '@temporalio/common';
import { currentUpdateInfo, setHandler } from '@temporalio/workflow';

/** What updates were applied, by their ids, and what they were answered. */
export type Seen = readonly (readonly [id: string, answer: string[]])[];

/** As many are remembered. */
const REMEMBERED = 1_000;

/**
 * Updates, each applied once: the server knows an id only within one run, and a client that asks again may reach the
 * run that continues it.
 */
export class Updates {
  readonly #answers: Map<string, string[]>;

  constructor(seen: Seen) {
    this.#answers = new Map(seen);
  }

  get seen(): Seen {
    return [...this.#answers];
  }

  /** @param assert throws where the update cannot be applied: it then leaves no trace */
  on<Given extends unknown[]>(
    update: UpdateDefinition<string[], Given>,
    apply: (...given: NoInfer<Given>) => string[],
    {
      assert,
      description,
    }: { readonly assert: (...given: NoInfer<Given>) => void; readonly description: string },
  ): void {
    setHandler(
      update,
      (...given: Given) => {
        const id = currentUpdateInfo()!.id;
        const before = this.#answers.get(id);
        if (before) return before;
        const answer = apply(...given);
        this.#answers.set(id, answer);
        if (this.#answers.size > REMEMBERED) this.#answers.delete(this.#answers.keys().next().value!);
        return answer;
      },
      {
        validator: (...given: Given) => {
          if (!this.#answers.has(currentUpdateInfo()!.id)) assert(...given);
        },
        description,
      },
    );
  }
}
