import type { Parked } from '../core/contract/run.ts';
import { resumeCommand } from '../core/run/resume-command.ts';
import { NAME_CHARS } from '../core/transcript/sizes.ts';
import { SignalboxError } from '../core/vocabulary/errors.ts';

/** The run waits for a person. Nothing is lost: it goes on from where it stands once it is repaired. */
export class RunParked extends SignalboxError {
  readonly runId: string;
  readonly parked: readonly Parked[];

  constructor(id: string, parked: readonly Parked[]) {
    const [first, ...others] = parked;
    const also = others.length > 0 ? ` Parked as well: ${others.map(({ step }) => step).join(', ')}.` : '';
    super(
      `Run ${id} is parked. ${first?.message ?? ''}${also}`,
      `${first?.remedy ?? ''} ${resumeCommand(id, parked)}`,
    );
    this.runId = id;
    this.parked = parked;
  }
}

/** The run ended without a result. `cause` is what Temporal says of it. */
export class RunFailed extends SignalboxError {
  constructor(id: string, status: string, cause: unknown) {
    super(
      `Run ${id} ${status}: ${rootMessage(cause)}`,
      `signalbox show ${id} lists what it did; start a new run once the cause is mended.`,
      { cause },
    );
  }
}

export class RunNotFound extends SignalboxError {
  constructor(id: string, namespace: string) {
    super(`There is no run "${id}" in namespace "${namespace}".`, 'signalbox list shows the runs there are.');
  }
}

export class RunAlreadyStarted extends SignalboxError {
  constructor(id: string) {
    super(`A run "${id}" is there already.`, `Use another id, or look at it: signalbox show ${id}`);
  }
}

/** No worker knows an agent of that name. */
export class UnknownAgent extends SignalboxError {
  constructor(agent: string, id: string) {
    super(
      `The worker knows no agent "${agent}", so run ${id} cannot begin.`,
      `Export it under that name from the agents file of the config, or correct the name; the run begins once a worker knows it.`,
    );
  }
}

/** The worker cannot run the workflow's code, and Temporal tries again and again until it can. */
export class RunStuck extends SignalboxError {
  constructor(id: string, failure: string) {
    super(
      `Run ${id} is stuck, because its worker cannot run it: ${failure}`,
      `Mend the worker and the run goes on by itself; or end it: signalbox temporal workflow terminate --workflow-id ${id}`,
    );
  }
}

/** The run has closed. */
export class RunClosed extends SignalboxError {
  constructor(id: string, status: string) {
    super(
      `Run ${id} is closed (${status}); it can be neither resumed nor canceled.`,
      `signalbox show ${id} tells how it ended.`,
    );
  }
}

export class NothingParked extends SignalboxError {
  constructor(id: string) {
    super(
      `Run ${id} is running and no step of it is parked; there is nothing to resume.`,
      `signalbox show ${id} tells what it is at.`,
    );
  }
}

/** The run waits for another word than the one given. */
export class OtherwiseParked extends SignalboxError {
  constructor(id: string, parked: readonly Parked[]) {
    const of = parked.map(({ message }) => message).join(' ');
    super(
      `Run ${id} is parked, but nothing of it waits for that. ${of}`,
      `${parked[0]?.remedy ?? ''} ${resumeCommand(id, parked)}`,
    );
  }
}

export class NoWorker extends SignalboxError {
  constructor(taskQueue: string) {
    super(
      `No worker polls task queue "${taskQueue}", so nothing would run.`,
      'Start one: signalbox dev (with server and simulated providers) or signalbox worker.',
    );
  }
}

/** No worker has taken the repair yet; it is not lost. */
export class RepairPending extends SignalboxError {
  constructor(id: string, taskQueue: string) {
    super(
      `No worker of task queue "${taskQueue}" has taken the repair of run ${id}; it waits at the server.`,
      'Start a worker (signalbox dev or signalbox worker) and it takes effect; asking again does nothing twice.',
    );
  }
}

/** The input is larger than a run carries. */
export class InputTooLarge extends SignalboxError {
  constructor(agent: string, bytes: number, limit: number) {
    super(
      `The input of agent "${agent}" has ${bytes} bytes as JSON; a run carries ${limit} at most.`,
      'Give the agent a path or an id of the document, and read it in a tool; or split it.',
    );
  }
}

export class TenantTooLong extends SignalboxError {
  constructor(tenant: string) {
    super(
      `The tenant has ${tenant.length} characters, "${tenant.slice(0, 60)}…".`,
      `Give it a name of ${NAME_CHARS} characters at most.`,
    );
  }
}

export class InvalidQuery extends SignalboxError {
  constructor(query: string, cause: unknown) {
    super(
      `"${query}" is not a visibility query: ${rootMessage(cause)}`,
      'Write it as Temporal does, e.g. SignalboxStatus = "parked" AND SignalboxAgent = "triage"',
      { cause },
    );
  }
}

export class ServerTooOld extends SignalboxError {
  constructor(address: string, version: string, oldest: string) {
    super(
      `The Temporal server at ${address} is version ${version}; Signalbox needs ${oldest} or newer.`,
      'Update the server, or let `signalbox dev` start one.',
    );
  }
}

export class SearchAttributesMissing extends SignalboxError {
  constructor(namespace: string, cause: unknown) {
    super(
      `Namespace "${namespace}" lacks search attributes that Signalbox writes: ${rootMessage(cause)}`,
      'Create them once; `signalbox setup --search-attributes` prints the commands.',
      { cause },
    );
  }
}

export class ServerUnreachable extends SignalboxError {
  constructor(address: string, cause: unknown) {
    super(
      `No Temporal server answers at ${address}: ${rootMessage(cause)}`,
      'Start one with `signalbox dev`, or set TEMPORAL_ADDRESS to where yours is. Runs under way are kept by the server and go on when it is back.',
      { cause },
    );
  }
}

/** The message at the bottom of a chain of causes: Temporal wraps, and the wrappers only say that something failed. */
function rootMessage(error: unknown): string {
  let at = error;
  for (let depth = 0; depth < 10 && at instanceof Error && at.cause instanceof Error; depth++) at = at.cause;
  return (at instanceof Error ? at.message : String(at)).replace(/\s*Resolution note:\s*$/, '');
}
