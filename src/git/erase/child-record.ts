import { lstatSync } from 'node:fs';
import { identifyProcess, isAlive, type ProcessIdentity } from '#platform/process-identity.ts';
import { guardFiles, readSmallFile, removeIfThere, replaceFile } from '#git/private-file.ts';

/*
 * Boot, place, process id and start time of a git that may hold locks, a line for each, then what it holds them for. The
 * file is there while that git runs.
 */

/** A live git holds a lock for a moment; one that does not change for so long was left behind. */
const UNCHANGED_MS = 3000;
const POLL_MS = 50;

/** Writes down which git may hold locks. Nothing where it is gone already: then it holds none. */
export function recordChild(path: string, pid: number | null, names: readonly string[]): void {
  const identity = pid === null ? undefined : identifyProcess(pid);
  if (identity === undefined) return;
  const { boot, place, pid: id, started } = identity;
  replaceFile(path, Buffer.from([boot, place, id, started, ...names, ''].join('\n')));
}

/** How the locks of a recorded git are found. */
export interface LeftLocks {
  /** Bytes that the record may have. */
  readonly largest: number;
  /** Milliseconds that a git whose heddle was killed gets to come to its end. */
  readonly patience: number;
  /** Paths of the locks, of what the record names. */
  readonly locksOf: (names: readonly string[]) => readonly string[];
}

/** Removes the locks of a recorded git that was killed, and the record; whatever another program holds stays. */
export async function releaseLocks(path: string, { largest, patience, locksOf }: LeftLocks): Promise<void> {
  const record = readSmallFile(path, largest);
  if (record === undefined) return;
  const { identity, names } = parseRecord(Buffer.from(record).toString('utf8'));
  for (let waited = 0; waited < patience && isAlive(identity); waited += POLL_MS) await sleep(POLL_MS);
  if (isAlive(identity)) return;
  const since = timeOf(path) ?? 0;
  const suspects = locksOf(names).flatMap((lock) => {
    const time = timeOf(lock);
    return time === undefined || time < since - POLL_MS ? [] : [{ lock, time }];
  });
  if (suspects.length > 0) await sleep(UNCHANGED_MS);
  for (const { lock, time } of suspects) if (timeOf(lock) === time) removeIfThere(lock);
  removeIfThere(path);
}

function parseRecord(text: string): {
  readonly identity: ProcessIdentity;
  readonly names: readonly string[];
} {
  const [boot = '', place = '', pid = '', started = '', ...names] = text.split('\n');
  return { identity: { boot, place, pid: Number(pid), started }, names };
}

function timeOf(path: string): number | undefined {
  return guardFiles(path, () => lstatSync(path, { throwIfNoEntry: false })?.mtimeMs);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
