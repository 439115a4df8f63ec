import { encodeAttestation } from '#domain/state/attestation.ts';
import { encodeStateCarrier } from '#domain/state/carrier.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatId, type StateId } from '#domain/id.ts';
import { encodeState } from '#domain/state/state-codec.ts';
import type { State } from '#domain/state/state.ts';
import type { Signer } from '#ports/keys.ts';
import type { ObjectBatch, ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { blobEntries } from '#usecases/authority/draft.ts';

/** Everything that a new state's carrier holds. */
export interface NewState {
  readonly state: State;
  /** Encoded sidecar, whose digest the state names. */
  readonly texts: Uint8Array;
  readonly signer: Signer;
  /** The sealed chain. */
  readonly chain: Uint8Array;
  readonly manifestTree: ObjectId;
  readonly filesTree: ObjectId;
  /** Carriers of the parents, or the commit that a thread's first state began from. */
  readonly gitParents: readonly ObjectId[];
}

/** Signs a state and adds its carrier to a batch. */
export function writeState(
  workspace: Pick<Workspace, 'hasher'>,
  batch: ObjectBatch,
  fresh: NewState,
): { readonly id: StateId; readonly carrier: ObjectId } {
  const bytes = encodeState(fresh.state);
  const hash = workspace.hasher.hash('state', bytes);
  const id = formatId('hs', hash);
  const attestation = encodeAttestation({
    subject: id,
    holder: fresh.signer.publicKey,
    sig: fresh.signer.sign('state', hash),
  });
  const tree = batch.addTree([
    ...blobEntries(batch, {
      'attestation.json': attestation,
      chain: fresh.chain,
      'state.json': bytes,
      'texts.json': fresh.texts,
    }),
    directory('files', fresh.filesTree),
    directory('manifest', fresh.manifestTree),
  ]);
  const content = encodeStateCarrier({ id, state: fresh.state, tree, parents: fresh.gitParents });
  return { id, carrier: batch.add('commit', content) };
}

function directory(name: string, id: ObjectId): TreeEntry {
  return { mode: '40000', name: utf8(name), id };
}
