import { ApplicationFailure } from '@temporalio/activity';
import { EFFECT_UNKNOWN } from '../src/core/contract/activities.ts';
import type { Json } from '../src/core/vocabulary/json.ts';
import type { ToolCall, ToolPort } from './ports.ts';

/** How often one activity executes an effect whose own probe says that it was not done. */
const EXECUTIONS = 2;

/**
 * Runs an effect, and never again as long as an earlier execution may have done it: its own probe is asked first, and
 * where there is none, or it cannot tell, a person.
 *
 * @param lost a worker died under an earlier execution
 * @param repeats a person says that it may run again
 * @returns what it returned, now or in the execution that the probe found
 * @throws ApplicationFailure `effect_unknown`; every other error is the tool's own and means that it was not done
 */
export async function runEffect(
  tool: ToolPort,
  call: ToolCall,
  { lost, repeats }: { readonly lost: boolean; readonly repeats: boolean },
): Promise<Json> {
  let doubt: Doubt | undefined = lost ? { why: 'its worker died before it could say' } : undefined;
  if (tool.reconcile && repeats) doubt ??= { why: 'an earlier execution never said' };
  for (let executions = 0; ; executions++) {
    if (doubt) {
      if (!tool.reconcile || executions === EXECUTIONS) throw unknownOutcome(doubt);
      const found = await tool.reconcile(call).catch((cause: unknown) => {
        call.signal.throwIfAborted();
        throw unknownOutcome({ why: 'its own probe failed', cause });
      });
      if (found.done) return found.output;
    }
    try {
      return await tool.run(call);
    } catch (cause) {
      call.signal.throwIfAborted();
      if (!isCutOff(cause)) throw cause;
      doubt = { why: 'it was cut off or took too long', cause };
    }
  }
}

/** Why nobody knows, in our own words, for they are shown where no prompt or answer may be. */
interface Doubt {
  readonly why: string;
  readonly cause?: unknown;
}

const unknownOutcome = ({ why, cause }: Doubt) =>
  ApplicationFailure.create({
    type: EFFECT_UNKNOWN,
    nonRetryable: true,
    message: `Nobody knows whether it was done: ${why}.`,
    ...(cause instanceof Error && { cause }),
  });

/** Errors after which the other side may have done what it was asked: a deadline, a connection that broke. */
function isCutOff(error: unknown): boolean {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth++) {
    const { name, code, cause } = at as { name?: unknown; code?: unknown; cause?: unknown };
    if (CUT_OFF.has(name) || CUT_OFF.has(code)) return true;
    at = cause;
  }
  return false;
}

const CUT_OFF: ReadonlySet<unknown> = new Set([
  ...['TimeoutError', 'AbortError', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'],
  ...['UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_ABORTED'],
]);
