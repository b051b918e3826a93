import { CancellationScope, condition, sleep, workflowInfo } from '@temporalio/workflow';
import { TASK_BYTES } from '../src/core/transcript/sizes.ts';

/** Counts what leaves with the current workflow task, so that parallel steps never send more at once than the server takes. */
export class Outbox {
  /** The length of history tells workflow tasks apart: it is the same at replay. */
  #task = 0;
  #bytes = 0;
  #turning = false;

  /** Resolves in the workflow task that has room for the bytes: what they are of must be scheduled at once. */
  async take(bytes: number): Promise<void> {
    // Several may be woken by one task, and the first takes its room: look again.
    while (!this.#hasRoomFor(bytes)) {
      this.#turn();
      await condition(() => this.#hasRoomFor(bytes));
    }
    this.#bytes += bytes;
  }

  #hasRoomFor(bytes: number): boolean {
    const { historyLength } = workflowInfo();
    if (historyLength !== this.#task) {
      this.#task = historyLength;
      this.#bytes = 0;
    }
    return this.#bytes === 0 || this.#bytes + bytes <= TASK_BYTES;
  }

  /** Whoever has left may take minutes to come back: a timer brings the next workflow task, once for all who wait. */
  #turn(): void {
    if (this.#turning) return;
    this.#turning = true;
    void CancellationScope.nonCancellable(() => sleep(1, { summary: 'parallel steps take turns' })).then(
      () => {
        this.#turning = false;
      },
    );
  }
}
