import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import type { Digest } from '#domain/id.ts';
import { threadRecordJson, type ThreadRecord } from '#domain/operation/thread-record.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { SealedThread } from '#ports/log.ts';
import type { Workspace } from '#ports/workspace.ts';

/**
 * What this clone knows of a thread; undefined where it knows nothing. A file counts that this home sealed: whoever
 * writes the repository could move with any other what a thread began from. Of those the log tells, by signed lines.
 */
export async function readThreadRecord(
  workspace: Workspace,
  thread: string,
): Promise<ThreadRecord | undefined> {
  const found = await workspace.records.readThread(thread);
  return found === undefined ? undefined : (await believed(workspace, [found]))[0];
}

/** The same of all that have a file, by name. */
export async function listThreadRecords(workspace: Workspace): Promise<readonly ThreadRecord[]> {
  return believed(workspace, await workspace.records.listThreads());
}

/** Seals a record and keeps it; null takes it away. Durable on return. What is in it has to be known to be true. */
export async function writeThreadRecord(
  workspace: Workspace,
  thread: string,
  record: ThreadRecord | null,
): Promise<void> {
  const sealed = record === null ? undefined : { record, seal: sealOf(await workspace.replica(), record) };
  await workspace.records.writeThread(thread, sealed);
}

/**
 * Writes what is known of threads anew where `change` gives something else. What another home sealed stays unsealed by
 * this one. Durable on return.
 */
export async function changeThreadRecords(
  workspace: Workspace,
  change: (record: ThreadRecord) => ThreadRecord | undefined,
): Promise<void> {
  const known = await workspace.knownReplica();
  for (const sealed of await workspace.records.listThreads()) {
    const record = change(sealed.record);
    if (record === undefined) continue;
    const seal = known !== undefined && isSealed(known, sealed) ? sealOf(known, record) : null;
    await workspace.records.writeThread(record.thread, { record, seal });
  }
}

/** Keeps what a line says without vouching for it: whoever reads it asks the log. */
export async function noteThreadRecord(
  { records }: Workspace,
  thread: string,
  record: ThreadRecord | null,
): Promise<void> {
  await records.writeThread(thread, record === null ? undefined : { record, seal: null });
}

async function believed(
  workspace: Workspace,
  found: readonly SealedThread[],
): Promise<readonly ThreadRecord[]> {
  const known = found.length === 0 ? undefined : await workspace.knownReplica();
  const isOurs = (sealed: SealedThread) => known !== undefined && isSealed(known, sealed);
  const others = found.filter((sealed) => !isOurs(sealed)).map(({ record }) => record.thread);
  if (others.length === 0) return found.map(({ record }) => record);
  const told = await askLog(workspace, new Set(others));
  return found.flatMap((sealed) =>
    isOurs(sealed) ? [sealed.record] : (told.get(sealed.record.thread) ?? []),
  );
}

/** Files of another home, or of nobody's: what the log tells of them is sealed, so that it is judged once. */
async function askLog(
  workspace: Workspace,
  threads: ReadonlySet<string>,
): ReturnType<Workspace['toldThreads']> {
  const ask = () => workspace.toldThreads(workspace, threads);
  const askAndSeal = async () => {
    const told = await ask();
    await sealTold(workspace, told);
    return told;
  };
  // Whoever drops one meanwhile must not find it again.
  const { lock } = workspace;
  if (lock.isHeld()) return askAndSeal();
  return (await unlessRefused(() => lock.tryRun(askAndSeal))) ?? ask();
}

async function sealTold(
  workspace: Workspace,
  told: Awaited<ReturnType<Workspace['toldThreads']>>,
): Promise<void> {
  const known = await workspace.knownReplica();
  if (known === undefined) return;
  for (const [thread, record] of told) {
    if (record === null || (await workspace.records.readThread(thread)) === undefined) continue;
    const sealed = { record, seal: sealOf(known, record) };
    await unlessRefused(() => workspace.records.writeThread(thread, sealed));
  }
}

/** Whoever may only read gets an answer, too. */
async function unlessRefused<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HeddleError) return undefined;
    throw error;
  }
}

function isSealed(known: ReplicaIdentity, { record, seal }: SealedThread): boolean {
  return seal !== null && seal === sealOf(known, record);
}

function sealOf({ keyed }: ReplicaIdentity, record: ThreadRecord): Digest {
  return keyed('thread', encodeCanonical(threadRecordJson(record)));
}
