import type { AuthorityBody } from '#domain/authority/authority.ts';
import { formatId, type AuthorityId } from '#domain/id.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { OperationTexts } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { decodeEntry, loadAuthority } from '#usecases/authority/load-authority.ts';
import type { Done } from '#usecases/history/reversal.ts';
import { readTargets } from './targets.ts';

/** One record of the authority chain. */
export interface ChainRecord {
  readonly id: AuthorityId;
  readonly commit: string;
  readonly body: AuthorityBody;
}

/** All records, oldest first, verified. */
export async function readChainRecords(workspace: Workspace): Promise<readonly ChainRecord[]> {
  const { files } = await loadAuthority(workspace);
  return files.map((file) => ({
    id: formatId('hg', workspace.hasher.hash('authority', file.record)),
    commit: file.commit,
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
  const from = records.findIndex(({ commit }) => commit === move.old);
  const to = records.findIndex(({ commit }) => commit === move.new);
  const [record, ...others] = records
    .slice(from + 1, to + 1)
    .filter(({ body: { kind } }) => kind !== 'replica');
  return others.length > 0 ? undefined : record;
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
