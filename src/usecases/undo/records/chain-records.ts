import type { AuthorityBody } from '#domain/authority/authority.ts';
import { formatId, type AuthorityId } from '#domain/id.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { OperationTexts, RefChange } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { decodeEntry, loadAuthority } from '#usecases/authority/load-authority.ts';
import type { Done } from '#usecases/undo/reversal.ts';
import { readTargets } from '#usecases/undo/targets.ts';

/** One record of the authority chain. */
export interface ChainRecord {
  readonly id: AuthorityId;
  readonly commit: string;
  /** Commits of the records that it follows. */
  readonly parents: readonly string[];
  readonly body: AuthorityBody;
}

/** A record of the authority chain that is to be reversed by an opposite one: the chain only ever grows. */
export interface RecordReversing {
  readonly record: ChainRecord;
  readonly records: readonly ChainRecord[];
  /** Refuses, naming the operation that brought another record, where this clone's log knows it. */
  readonly refuse: (why: string, by?: ChainRecord) => Promise<Error>;
}

/** All records, oldest first, verified. */
export async function readChainRecords(workspace: Workspace): Promise<readonly ChainRecord[]> {
  const { files } = await loadAuthority(workspace);
  return files.map((file) => ({
    id: formatId('hg', workspace.hasher.hash('authority', file.record)),
    commit: file.commit,
    parents: file.parents,
    body: decodeEntry(file).record.body,
  }));
}

/** The record that a line brought, but for its clone's own registration; undefined for none, and for more than one. */
export function broughtBy(
  records: readonly ChainRecord[],
  { refs }: Pick<OperationTexts, 'refs'>,
): ChainRecord | undefined {
  const [move] = refs.filter(({ name }) => name === AUTHORITY_REF);
  if (move === undefined) return undefined;
  const [record, ...others] = between(records, move).filter(({ body: { kind } }) => kind !== 'replica');
  return others.length > 0 ? undefined : record;
}

/** Commits of the records that one was made with knowledge of. */
export function commitsBefore(records: readonly ChainRecord[], record: ChainRecord): ReadonlySet<string> {
  const byCommit = new Map(records.map((known) => [known.commit, known]));
  const found = new Set<string>();
  const pending = [...record.parents];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    pending.push(...(byCommit.get(next)?.parents ?? []));
  }
  return found;
}

/** The records that follow one another from the old commit to the new one; none where more was joined in. */
function between(records: readonly ChainRecord[], move: RefChange): readonly ChainRecord[] {
  const byCommit = new Map(records.map((record) => [record.commit, record]));
  const found: ChainRecord[] = [];
  for (let next = move.new; next !== null && next !== move.old;) {
    const record = byCommit.get(next);
    if (record === undefined || record.parents.length > 1) return [];
    found.push(record);
    next = record.parents[0] ?? null;
  }
  return found;
}

/** The operation of this clone that brought a record; undefined where the record came from elsewhere. */
export async function findBringer(
  workspace: Pick<Workspace, 'log'>,
  records: readonly ChainRecord[],
  wanted: ChainRecord | undefined,
): Promise<Done | undefined> {
  if (wanted === undefined) return undefined;
  for await (const { target } of readTargets(workspace)) {
    if (broughtBy(records, target.texts)?.id === wanted.id) return target;
  }
  return undefined;
}
