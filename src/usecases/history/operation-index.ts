import { parseId, type OperationId } from '#domain/id.ts';
import type { IndexEntry, IndexSession } from '#ports/local-index.ts';
import type { LogMark } from '#ports/log.ts';
import type { Workspace } from '#ports/workspace.ts';

/**
 * The one operation of the whole log whose id begins so, denied ones counted; undefined where there is none or more
 * than one, and where only reading the whole log could tell.
 */
export async function findOperation(
  workspace: Workspace,
  beginning: string,
): Promise<OperationId | undefined> {
  const found = await workspace.localIndex.use(async (session) => {
    if (!(await catchUpOperations(workspace, session))) return [];
    return session.find('operations', beginning);
  });
  const [only, ...others] = found ?? [];
  return only === undefined || others.length > 0 ? undefined : parseId('ho', only.key);
}

/** Brings the table to the ends of all logs, from nothing where it was not made; false where they were not continued. */
async function catchUpOperations(workspace: Workspace, session: IndexSession): Promise<boolean> {
  const tails = await workspace.log.tails();
  const known = new Map(session.coverage.operations?.map((mark) => [mark.replica, mark]));
  const isGone = [...known.keys()].some((replica) => tails.every((tail) => tail.replica !== replica));
  const fresh = isGone ? undefined : await readFresh(workspace, tails, known);
  if (fresh === undefined) {
    await session.clear();
    return false;
  }
  if (fresh.length > 0) await session.extend('operations', fresh, tails);
  return true;
}

/** Makes the table from nothing. False where the index cannot be had. */
export async function rebuildOperationIndex(workspace: Workspace): Promise<boolean> {
  return (await workspace.localIndex.use((session) => catchUpOperations(workspace, session))) ?? false;
}

/** A log that goes on beyond what is known of it. */
interface GrownLog {
  readonly seq: number;
  /** The last line that is known; undefined where none is. */
  readonly back: LogMark | undefined;
}

/** Lines from the ends of the logs back to those that are known; undefined where other ones stand there. */
async function readFresh(
  workspace: Workspace,
  tails: readonly LogMark[],
  known: ReadonlyMap<string, LogMark>,
): Promise<readonly IndexEntry[] | undefined> {
  const grown = grownLogs(tails, known);
  const entries: IndexEntry[] = [];
  if (grown === undefined || grown.size === 0) return grown && entries;
  for await (const { id, line } of workspace.log.newest()) {
    const is = judge(grown.get(line.replica), { id, seq: line.seq });
    if (is === 'other') return undefined;
    if (is === 'fresh') entries.push({ key: id, value: `${line.replica} ${line.seq}` });
    if (is === 'known' || line.seq === 0) grown.delete(line.replica);
    if (grown.size === 0) return entries;
  }
  return undefined;
}

/** `done`: its log is read, or the line came after the tails were. `other`: not the line that was known. */
function judge(
  log: GrownLog | undefined,
  { id, seq }: { readonly id: OperationId; readonly seq: number },
): 'fresh' | 'known' | 'other' | 'done' {
  if (log === undefined || seq > log.seq) return 'done';
  if (seq !== log.back?.seq) return 'fresh';
  return id === log.back.id ? 'known' : 'other';
}

/** Undefined where a log is shorter than it was. */
function grownLogs(
  tails: readonly LogMark[],
  known: ReadonlyMap<string, LogMark>,
): Map<string, GrownLog> | undefined {
  const grown = new Map<string, GrownLog>();
  for (const { replica, seq, id } of tails) {
    const back = known.get(replica);
    if (back !== undefined && back.seq > seq) return undefined;
    if (back?.id !== id) grown.set(replica, { seq, back });
  }
  return grown;
}
