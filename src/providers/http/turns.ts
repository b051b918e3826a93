/** Lets so many calls be under way at once; the others wait, in the order in which they came. */
export class Turns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /**
   * Waits for a turn, which ends with `done`.
   *
   * @returns whether it came within `patienceMs` and before `signal` aborted
   */
  async take(patienceMs: number, signal: AbortSignal): Promise<boolean> {
    if (this.#free > 0) {
      this.#free -= 1;
      return true;
    }
    return new Promise((resolve) => {
      const settle = (taken: boolean) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        this.#waiting.delete(go);
        resolve(taken);
      };
      const go = () => settle(true);
      const giveUp = () => settle(false);
      const timer = setTimeout(giveUp, patienceMs);
      signal.addEventListener('abort', giveUp);
      this.#waiting.add(go);
    });
  }

  done(): void {
    const [next] = this.#waiting;
    if (next) next();
    else this.#free += 1;
  }
}
