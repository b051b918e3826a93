import type { ToolPort } from './ports.ts';

/** So many calls of each tool at once on this worker; the others wait for their turn, in the order they came. */
export class CallLanes {
  readonly #lanes = new Map<string, Lane>();

  /** @throws the signal's reason where the call is given up before its turn */
  async run<T>({ name, concurrency }: ToolPort, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(name) ?? { running: 0, waiting: [] };
    this.#lanes.set(name, lane);
    if (lane.running >= concurrency) await turn(lane, signal);
    else lane.running += 1;
    try {
      return await work();
    } finally {
      // Whoever is next takes the place over.
      const next = lane.waiting.shift();
      if (next) next();
      else lane.running -= 1;
    }
  }
}

interface Lane {
  running: number;
  readonly waiting: (() => void)[];
}

function turn({ waiting }: Lane, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      waiting.splice(waiting.indexOf(begin), 1);
      reject(signal.reason);
    };
    const begin = () => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    waiting.push(begin);
    signal.addEventListener('abort', giveUp, { once: true });
  });
}
