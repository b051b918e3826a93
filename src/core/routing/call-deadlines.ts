import type { Endpoint } from '../vocabulary/model.ts';
import type { Deadlines, TaskClass } from '../vocabulary/task-class.ts';

/** Nobody may wait longer for a connection: by then others who need one at the same host wait for the same dead attempt. */
export const LONGEST_CONNECT_MS = 10_000;

/** What one call is held to: what its endpoint says, and where that says nothing, the class. */
export const callDeadlines = (
  { deadlines }: Pick<TaskClass, 'deadlines'>,
  endpoint: Pick<Endpoint, 'deadlines'>,
): Deadlines => ({ ...deadlines, ...endpoint.deadlines });
