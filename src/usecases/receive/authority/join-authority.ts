import type { AuthorityRecord } from '#domain/authority/authority.ts';
import type { AuthorityId } from '#domain/id.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { authorityVerifier, decodeEntry } from '#usecases/authority/load-authority.ts';
import { writeRecord } from '#usecases/authority/draft.ts';
import { AuthorityGraph } from '#domain/authority/fork/authority-graph.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import type { JoinPlan } from './judge-authority.ts';

/** Two chains joined by a record of the caller's, or why the caller cannot join them, as a clause. */
export type JoinedAuthority =
  | { readonly kind: 'joined'; readonly id: AuthorityId; readonly commit: ObjectId }
  | { readonly kind: 'refused'; readonly why: string };

/**
 * Writes the record that joins two chains into `batch`, signed by the caller; no ref moves. It asks for no role: joined,
 * nothing is allowed that either side took away. Whoever has a live credential by what both come to together can sign
 * it, an agent too. Two that join the same at once make a fork that is joined the same way.
 */
export async function joinAuthority(
  workspace: Workspace,
  batch: ObjectBatch,
  { view, sides, files }: JoinPlan,
): Promise<JoinedAuthority> {
  const { actor, signer, sealed, chain } = await identifyCaller(workspace, view);
  if (signer === null || sealed === null || chain?.holder !== signer.publicKey)
    return { kind: 'refused', why: 'joining them is signed, and needs a credential of this repository' };
  const record: AuthorityRecord = {
    repo: view.genesis,
    seq: view.seq + 1,
    prev: sides.map(({ id }) => id),
    by: actor.principal,
    holder: signer.publicKey,
    chain: sealed.digest,
    at: workspace.clock.now(),
    body: { kind: 'merge' },
    texts: null,
  };
  const parents = sides.map(({ commit }) => commit);
  const written = writeRecord(workspace, batch, {
    record,
    signer,
    texts: null,
    chain: sealed.bytes,
    parents,
  });
  // Whatever is believed of the caller here: every reader judges the record by the fold alone.
  const known = [...files, { chain: sealed.bytes, revoked: null }];
  const graph = new AuthorityGraph(authorityVerifier(workspace, known));
  for (const file of files) graph.add(decodeEntry(file));
  const added = graph.add({ record, attestation: written.attestation });
  if (added.kind === 'violation') return { kind: 'refused', why: added.violation.why };
  return { kind: 'joined', id: written.id, commit: written.commit };
}
