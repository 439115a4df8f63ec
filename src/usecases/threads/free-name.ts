import { shellWord } from '#domain/encoding/shell-line.ts';
import { HeddleError } from '#domain/error.ts';
import {
  collision,
  collidesWith,
  isThreadName,
  speltLike,
  type Collision,
} from '#domain/resource/thread-name.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readSoundStates } from '#usecases/states/read-state.ts';
import { threadHeads } from '#usecases/states/walk-states.ts';
import { listThreadRecords } from './record/thread-records.ts';

/**
 * Requires a name that no thread has and that can stand beside all others: as a ref, and on a file system that folds
 * case or normalises. Throws `THREAD_EXISTS`, and `THREAD_NAME_COLLISION` with a name that is free.
 */
export async function requireFreeName(
  workspace: Workspace,
  thread: string,
  wantedBy: string | null = null,
): Promise<void> {
  const records = new Map((await listThreadRecords(workspace)).map((record) => [record.thread, record.by]));
  const heads = await threadHeads(workspace);
  const names = new Set([...records.keys(), ...heads.keys()]);
  for (const existing of names) {
    const how = collision(existing, thread);
    if (existing !== thread && how === undefined) continue;
    const startedBy = records.get(existing) ?? (await principalOf(workspace, heads.get(existing)));
    const facts = { thread, existing, startedBy, wantedBy };
    const whose = startedBy === null ? '' : ` of ${startedBy}`;
    const preserved = 'nothing was changed';
    if (how === undefined) {
      const advice = `take another name, or go on with it: \`heddle start ${shellWord(thread)} --from ${shellWord(thread)} --worktree\``;
      const known = heads.has(existing) ? { ...facts, advice } : facts;
      throw new HeddleError('THREAD_EXISTS', `the thread ${thread}${whose} exists`, {
        facts: known,
        preserved,
      });
    }
    const why = `${thread} cannot stand beside the thread ${existing}${whose}: ${WHY[how]}`;
    const free = freeName(stemBeside(thread, { existing, how }), names);
    const advice = free === null ? {} : { advice: `take another name, such as ${free}` };
    throw new HeddleError('THREAD_NAME_COLLISION', why, { facts: { ...facts, free, ...advice }, preserved });
  }
}

const WHY: Readonly<Record<Collision, string>> = {
  same: 'they differ in case or Unicode form alone',
  spelt: 'their directories differ in case or Unicode form alone',
  above: 'a name cannot be the directory of another one',
  below: 'a name cannot lie below another one',
};

async function principalOf(workspace: Workspace, head: string | undefined): Promise<string | null> {
  const [newest] = head === undefined ? [] : await readSoundStates(workspace, [head]);
  return newest?.state.actor.principal ?? null;
}

const MOST_TRIES = 1000;

/** A name that is free and begins so; null where none was found. */
function freeName(stem: string, names: ReadonlySet<string>): string | null {
  for (let number = 1; number < MOST_TRIES; number += 1) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    const taken = [...names].some((existing) => existing === name || collidesWith(existing, name));
    if (!taken && isThreadName(name)) return name;
  }
  return null;
}

/** What the wanted name becomes beside one that it would lie below, or whose directories are spelt otherwise. */
function stemBeside(
  thread: string,
  { existing, how }: { readonly existing: string; readonly how: Collision },
): string {
  if (how !== 'below') return speltLike(existing, thread);
  const segments = thread.split('/');
  const depth = existing.split('/').length;
  return `${segments.slice(0, depth).join('/')}-${segments.slice(depth).join('/')}`;
}
