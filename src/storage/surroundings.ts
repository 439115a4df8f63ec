import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '#domain/result-parts.ts';
import type { Surroundings } from '#ports/surroundings.ts';
import { isRunning } from '#platform/process-identity.ts';
import { guardIo, unlessMissing } from './durable-file.ts';
import { isGone, readLock } from './lock/lock-record.ts';

/** Who may do what with the files of a directory. */
type Access = 'private' | 'own';

const OTHERS: Readonly<Record<Access, number>> = { private: 0o077, own: 0o002 };
/** Keys lie two directories deep; a home that somebody filled is not walked to its end. */
const DEEPEST = 3;
const MOST = 10_000;

/** Looks around a clone: what heddle keeps in its common directory, and the user's keys. */
export function openSurroundings(places: {
  readonly commonDir: string;
  /** The user's data directory: keys, replicas, quarantine. */
  readonly data: string;
}): Surroundings {
  const root = join(places.commonDir, 'heddle');
  return {
    examine: async () => [
      ...accessFindings(root, 'own'),
      ...accessFindings(join(root, 'quarantine'), 'private'),
      ...accessFindings(places.data, 'private'),
      ...leftovers(join(root, 'tmp')),
      ...deadLock(join(root, 'lock')),
    ],
  };
}

function accessFindings(directory: string, access: Access): readonly Finding[] {
  let left = MOST;
  const look = (path: string, depth: number): readonly Finding[] => {
    left -= 1;
    const stat = guardIo(path, () => unlessMissing(() => lstatSync(path)));
    if (stat === undefined || left < 0) return [];
    const finding = accessFinding(path, stat, access);
    const own = finding === undefined ? [] : [finding];
    if (!stat.isDirectory() || depth === DEEPEST) return own;
    const names = guardIo(path, () => readdirSync(path)).toSorted();
    return [...own, ...names.flatMap((name) => look(join(path, name), depth + 1))];
  };
  return look(directory, 0);
}

function accessFinding(path: string, stat: Stats, access: Access): Finding | undefined {
  const is = (message: string): Finding => ({ kind: 'access', subject: path, message });
  if (stat.isSymbolicLink()) return is('is a symbolic link');
  const user = process.geteuid?.();
  if (user === undefined) return undefined;
  if (access === 'private' && stat.uid !== user) return is('belongs to another user');
  if ((stat.mode & OTHERS[access]) === 0) return undefined;
  const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
  return is(
    access === 'private'
      ? `is open to others: its mode is ${mode}`
      : `can be written by anybody: its mode is ${mode}`,
  );
}

/** Temporary files of processes that are gone, by the process id that their names begin with. */
function leftovers(directory: string): readonly Finding[] {
  const names = guardIo(directory, () => unlessMissing(() => readdirSync(directory))) ?? [];
  return names.toSorted().flatMap((name) => {
    const pid = Number(/^(\d{1,10})\./.exec(name)?.[1] ?? Number.NaN);
    if (isRunning(pid)) return [];
    return [
      { kind: 'leftover', subject: join(directory, name), message: 'nobody needs this temporary file' },
    ];
  });
}

function deadLock(path: string): readonly Finding[] {
  const found = guardIo(path, () => readLock(path));
  if (found === undefined || !isGone(found)) return [];
  return [{ kind: 'leftover', subject: path, message: 'the process that holds this lock is gone' }];
}
