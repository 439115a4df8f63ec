import type { OperationId, TombstoneId } from '#domain/id.ts';
import type { Effect, RefChange } from '#domain/operation/operation.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { ObjectBatch } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { LoadedAuthority } from '#usecases/authority/load-authority.ts';
import type { Caller } from '#usecases/caller/identify.ts';
import { publish, publisherNow } from '#usecases/transaction/publish.ts';
import type { Todo } from './carry-out.ts';

/** What is done outside refs, once a line says so. */
export function effectsOf({ hide, giveBack, destroy }: Todo): readonly Effect[] {
  const doomed = new Set(destroy.map(({ id }) => id));
  return [
    ...hide
      .filter(({ isNew }) => isNew)
      .map(({ record }) => ({ kind: 'veil', tombstone: record.id }) as const),
    ...giveBack.map(({ record }) => ({ kind: 'unveil', tombstone: record.id }) as const),
    ...[...doomed].map((tombstone) => ({ kind: 'purge', tombstone }) as const),
  ];
}

/** The tombstones that these effects are about. */
export function appliedBy(effects: readonly Effect[]): readonly TombstoneId[] {
  const ids = effects.flatMap((effect) => ('tombstone' in effect ? [effect.tombstone] : []));
  return [...new Set(ids)].toSorted();
}

/** What changes with tombstones of others, and for whom. */
export interface Received {
  readonly by: { readonly caller: Caller; readonly operationId: string | null };
  /** Where they came from; `push` on a server. */
  readonly remote: string;
  readonly added: readonly TombstoneId[];
  readonly refs: readonly RefChange[];
  readonly effects: readonly Effect[];
  readonly batch: ObjectBatch;
}

/** Publishes what tombstones of others ask for. What they hide has to be in the quarantine by then. */
export async function publishReceived(
  workspace: Workspace,
  { view, headCommit }: Pick<LoadedAuthority, 'view' | 'headCommit'>,
  { by, remote, added, refs, effects, batch }: Received,
): Promise<OperationId> {
  const publisher = await publisherNow(workspace, view.genesis, by.caller);
  const { id } = await publish(workspace, publisher, {
    op: 'receive',
    verdict: { verdict: 'allow', stage: null, code: null },
    policy: view.head,
    states: [],
    texts: {
      resource: view.repository,
      paths: [],
      args: { operationId: by.operationId, verb: { remote } },
      refs,
      effects,
      inverse: null,
      result: { remote, added },
    },
    verify: [{ name: AUTHORITY_REF, old: headCommit, new: headCommit }],
    batch,
  });
  return id;
}
