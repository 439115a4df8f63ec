import { lstatSync, mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nowMilliseconds } from '#platform/clock.ts';
import { currentProcess, isAlive } from '#platform/process-identity.ts';
import { guardFiles, makePrivateDirectory, removeIfThere } from './private-file.ts';

/*
 * A directory of one process alone is called
 *
 *   <prefix><machine and process namespace>-<process id>-<start>-<random>
 *
 * A clone can be shared by containers, in which the same process id is another process.
 */

/** Of a process that cannot be looked at from here: so long after anything came into its directory it has ended. */
const LONGEST_MS = 24 * 60 * 60 * 1000;

/** Makes one, 0700; those of processes that ended are taken away first. */
export function makeOwnDirectory(above: string, prefix: string): string {
  makePrivateDirectory(above);
  removeLeftDirectories(above, prefix);
  const { pid, started } = currentProcess();
  return guardFiles(above, () => mkdtempSync(join(above, `${prefix}${ownPlace()}-${pid}-${started}-`)));
}

/** Takes away what killed processes left. A name that is none of these is left: nobody knows whose it is. */
export function removeLeftDirectories(above: string, prefix: string): void {
  if (lstatSync(above, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  for (const name of guardFiles(above, () => readdirSync(above))) {
    if (name.startsWith(prefix) && hasEnded(join(above, name), name.slice(prefix.length))) {
      removeIfThere(join(above, name));
    }
  }
}

function hasEnded(path: string, name: string): boolean {
  const [, place, pid, started] = /^([0-9A-Za-z]*)-(\d{1,10})-(\d*)-/.exec(name) ?? [];
  if (pid === undefined || started === undefined) return false;
  if (place === ownPlace()) return !isAlive({ ...currentProcess(), pid: Number(pid), started });
  const changed = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return changed !== undefined && changed < nowMilliseconds() - LONGEST_MS;
}

function ownPlace(): string {
  return currentProcess().place.replaceAll(/[^0-9A-Za-z]/g, '');
}
