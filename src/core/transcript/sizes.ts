/**
 * How much may travel through history. [measured] Past 2 MB in one payload the server fails the workflow task again and
 * again; past 4 MB in one answer of a workflow task it terminates the run. Ours leave room for what is beside them.
 */

/** A message with more is a blob. */
export const MESSAGE_BYTES = 256 * 1024;
/** An activity's arguments, its result, a run's own result. */
export const CARRIED_BYTES = 1_000_000;
/** A name of anybody's, which search attributes, timers and details hold. */
export const NAME_CHARS = 200;
/** All that one workflow task asks the server to do. */
export const TASK_BYTES = 3_000_000;
