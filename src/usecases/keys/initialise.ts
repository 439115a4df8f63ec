import type { AuthorityRecord } from '#domain/authority/authority.ts';
import { formatBase64Url } from '#domain/encoding/base64url.ts';
import { formatHex } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { AuthorityId, OperationId } from '#domain/id.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import { repositoryResource } from '#domain/resource/resource.ts';
import type { InitResult } from '#domain/results/work-results.ts';
import type { Passphrase, ReplicaIdentity, Signer } from '#ports/keys.ts';
import type { ObjectBatch } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { writeRecord } from '#usecases/authority/draft.ts';
import { nobody, requirePrincipal } from '#usecases/caller/identify.ts';
import { publish } from '#usecases/transaction/publish.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { openKeys, type OpenedKeys } from './open-keys.ts';

export interface InitialiseOptions {
  readonly namespace: string | null;
  readonly name: string | null;
  /** Undefined: asked for on a terminal or read from the passphrase file. */
  readonly passphrase: Passphrase | undefined;
}

/** Creates the authority chain with the caller as owner. Throws `ALREADY_INITIALISED`, `PRINCIPAL_MISSING`. */
export async function initialise(
  workspace: Workspace,
  options: InitialiseOptions,
): Promise<Omit<InitResult, 'gitMade'>> {
  const principal = await requirePrincipal(workspace);
  const repository = repositoryResource(repositoryName(workspace, principal, options));
  return workspace.lock.run(async () => {
    await assertFresh(workspace);
    const keys = await openKeys(workspace, principal, options.passphrase);
    const batch = workspace.writer.batch();
    const genesis = writeGenesis(workspace, batch, { keys, repository });
    await workspace.records.writeClone({
      cloneId: formatHex(workspace.random(16)),
      genesis: genesis.id,
    });
    const replica = await workspace.replica();
    const operation = await publishGenesis(workspace, { genesis, batch, replica, repository });
    return {
      repository,
      genesis: genesis.id,
      principal,
      replica: replica.replica,
      keyMade: keys.made,
      adopted: null,
      operation,
    };
  });
}

async function assertFresh(workspace: Workspace): Promise<void> {
  if ((await workspace.records.readClone()) !== undefined) await recover(workspace);
  if ((await workspace.refs.read(AUTHORITY_REF)) === undefined) return;
  const isOwn = (await workspace.records.readClone()) !== undefined;
  throw new HeddleError('ALREADY_INITIALISED', 'this repository has an authority chain', {
    facts: { ref: AUTHORITY_REF, ...(isOwn ? {} : { advice: ADOPT }) },
    preserved: 'nothing was changed',
  });
}

const ADOPT = 'begin with what was fetched from another clone: `heddle init --adopt` verifies it first';

function repositoryName(
  workspace: Workspace,
  principal: string,
  { namespace, name }: InitialiseOptions,
): string {
  const owner = principal.split('@')[0]?.toLowerCase() ?? principal;
  const directory = workspace.places.worktree.split('/').findLast((segment) => segment !== '');
  return `${namespace ?? owner}/${name ?? directory ?? 'repository'}`;
}

interface Genesis {
  readonly id: AuthorityId;
  readonly commit: string;
  readonly record: AuthorityRecord;
}

function writeGenesis(
  workspace: Workspace,
  batch: ObjectBatch,
  options: { readonly keys: OpenedKeys; readonly repository: string },
): Genesis {
  const { keys, repository } = options;
  const signer: Signer = keys.record;
  const record: AuthorityRecord = {
    repo: null,
    seq: 0,
    prev: [],
    by: keys.principal,
    holder: signer.publicKey,
    chain: null,
    at: workspace.clock.now(),
    body: {
      kind: 'genesis',
      resource: repository,
      owners: [{ principal: keys.principal, root: keys.root.publicKey, record: signer.publicKey }],
      nonce: formatBase64Url(workspace.random(16)),
    },
    texts: null,
  };
  const parts = { record, signer, texts: null, chain: null, parents: [] };
  return { ...writeRecord(workspace, batch, parts), record };
}

async function publishGenesis(
  workspace: Workspace,
  options: {
    readonly genesis: Genesis;
    readonly batch: ObjectBatch;
    readonly replica: ReplicaIdentity;
    readonly repository: string;
  },
): Promise<OperationId> {
  const { genesis, batch, replica, repository } = options;
  const caller = nobody(workspace, genesis.record.by);
  const publisher = { repo: genesis.id, caller, replica, now: genesis.record.at };
  const { id } = await publish(workspace, publisher, {
    op: 'init',
    verdict: { verdict: 'allow', stage: null, code: null },
    policy: genesis.id,
    states: [],
    texts: {
      resource: repository,
      paths: [],
      args: { operationId: workspace.said.operationId, verb: { repository } },
      refs: [{ name: AUTHORITY_REF, old: null, new: genesis.commit }],
      effects: [],
      inverse: null,
      result: { repository, genesis: genesis.id },
    },
    verify: [],
    batch,
  });
  return id;
}
