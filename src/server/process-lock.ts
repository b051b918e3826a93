import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A lock between processes: a folder holding one file that says which process has it. The folder appears by renaming
 * a complete one into place, which fails where another stands, so nobody ever sees a lock without its holder. The lock
 * of a process that died is taken over.
 */
export interface LockHolder {
  pid: number;
  /** When that process started, in the kernel's terms: process ids come round again, above all in containers. */
  startedAt: string;
  /** What the lock is held for, to be shown to those it keeps waiting. */
  purpose: string;
}

/** Takes `lock` for this process. Returns undefined if that worked, else the live process that has it. */
export function tryLock(lock: string, purpose: string): LockHolder | undefined {
  const draft = `${lock}.${randomUUID()}`;
  mkdirSync(dirname(lock), { recursive: true });
  mkdirSync(draft);
  try {
    writeHolder(draft, process.pid, purpose);
    while (!renamedOnto(lock, draft)) {
      const holder = readHolder(lock);
      if (holder && isAlive(holder)) return holder;
      if (holder) releaseDead(lock, holder);
    }
    return undefined;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Makes another process the holder of a lock this one has, to be freed when that process ends. */
export function passLock(lock: string, pid: number, purpose: string): void {
  writeHolder(lock, pid, purpose);
}

export function releaseLock(lock: string): void {
  const taken = takeAway(lock);
  if (taken) rmSync(taken, { recursive: true });
}

const RETRY_MS = 100;

/** Does `work` while holding `lock`, waiting for it first. `onWait` hears at each try who has it. */
export async function withLock<T>(
  lock: string,
  purpose: string,
  onWait: (holder: LockHolder) => void,
  work: () => Promise<T>,
): Promise<T> {
  for (let holder = tryLock(lock, purpose); holder; holder = tryLock(lock, purpose)) {
    onWait(holder);
    await sleep(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    releaseLock(lock);
  }
}

function renamedOnto(lock: string, draft: string): boolean {
  try {
    renameSync(draft, lock);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** Frees the lock of a dead process. Should a live one have taken it meanwhile, it gets it back. */
function releaseDead(lock: string, dead: LockHolder): void {
  const taken = takeAway(lock);
  if (!taken) return;
  const holder = readHolder(taken);
  const wasDead = holder?.pid === dead.pid && holder.startedAt === dead.startedAt;
  if (!wasDead && renamedOnto(lock, taken)) return;
  rmSync(taken, { recursive: true });
}

/** Moves the lock aside whole: removing it in place would pull its holder from under whoever takes it next. */
function takeAway(lock: string): string | undefined {
  const taken = `${lock}.${randomUUID()}`;
  try {
    renameSync(lock, taken);
    return taken;
  } catch {
    return undefined; // somebody else was faster
  }
}

const holderFile = (lock: string) => join(lock, 'holder.json');

function writeHolder(lock: string, pid: number, purpose: string): void {
  const holder: LockHolder = { pid, startedAt: processState(pid).startedAt, purpose };
  const draft = `${holderFile(lock)}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(holder));
  renameSync(draft, holderFile(lock));
}

/** Undefined if the lock is free by now. One that cannot be read, after a power failure say, counts as dead. */
function readHolder(lock: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(holderFile(lock), 'utf8'));
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return gone ? undefined : { pid: 0, startedAt: '', purpose: '' };
  }
}

function isAlive({ pid, startedAt }: LockHolder): boolean {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const state = processState(pid);
  return state.startedAt === startedAt && !state.zombie;
}

/** Read from /proc. Elsewhere than on Linux nothing is known, and a live process id is taken at its word. */
function processState(pid: number): { startedAt: string; zombie: boolean } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // "pid (name) state ppid …": the name may hold anything, so count fields after its last parenthesis.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { startedAt: fields[19] ?? '', zombie: fields[0] === 'Z' };
  } catch {
    return { startedAt: '', zombie: false };
  }
}
