/**
 * Does work that gives up when `signal` does, or after `timeoutMs`.
 * @throws Error with `late` where it takes longer, whether or not the work listens; its name is `TimeoutError`
 */
export function withinDeadline<T>(
  work: (signal: AbortSignal) => T | Promise<T>,
  { signal, timeoutMs, late }: { signal: AbortSignal; timeoutMs: number; late: string },
): Promise<T> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const aborted = new Promise<never>((_, reject) => {
    const giveUp = () => reject(Object.assign(new Error(late), { name: 'TimeoutError' }));
    // Given up already, it would never be told again.
    if (deadline.aborted) giveUp();
    deadline.addEventListener('abort', giveUp, { once: true });
  });
  // Asynchronous, so that work that throws at once cannot leave `aborted` to reject with nobody listening.
  const done = async () => work(deadline);
  return Promise.race([done(), aborted]);
}
