import { Context } from '@temporalio/activity';

const HEARTBEAT_MS = 1_000;

/** Tells the server that the worker lives for as long as the work takes; `details` may change meanwhile. */
export async function withHeartbeats<T>(work: () => Promise<T>, details?: object): Promise<T> {
  const context = Context.current();
  const heartbeat = setInterval(() => context.heartbeat(details), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
  }
}
