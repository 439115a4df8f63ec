import type { RedactResult } from '#domain/results/removal-results.ts';
import { formatId, type TombstoneId } from '#domain/id.ts';
import {
  encodeTombstone,
  encodeTombstoneTexts,
  type TombstoneDeclaration,
} from '#domain/removal/tombstone.ts';
import { encodeAttestation } from '#domain/state/attestation.ts';
import { newSalt, textsDigest } from '#domain/state/texts.ts';
import type { ObjectBatch } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { purge } from '#usecases/removal/purge.ts';
import { redact, type RedactOptions } from '#usecases/removal/redact.ts';
import { loadTombstones, type LoadedTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { TombstoneDraft, type RemovalAuthor } from '#usecases/tombstones/tombstone-draft.ts';
import { moveRef, plantSet, readSetFiles } from './set-files.ts';

/** Redacts every content that a path ever had. */
export async function redactPath(
  workspace: Workspace,
  path: string,
  change: Partial<RedactOptions> = {},
): Promise<Omit<RedactResult, 'operation'> & { readonly tombstone: TombstoneId }> {
  const options = { path, state: null, all: true, part: null, reason: 'a token was in it', rotatedAt: null };
  const { result } = await redact(workspace, {
    ...options,
    reasonCode: 'credential',
    dryRun: false,
    ...change,
  });
  if (result.tombstone === null) throw new Error('a redaction makes a tombstone');
  return { ...result, tombstone: result.tombstone };
}

/** Purges what a tombstone covers. */
export async function purgeTombstone(workspace: Workspace, tombstone: string): Promise<void> {
  await purge(workspace, {
    name: tombstone,
    confirm: async () => true,
    dryRun: false,
    rewriteGit: false,
    consent: null,
  });
}

/** Loads the set as it stands. */
export async function loadSet(workspace: Workspace): Promise<LoadedTombstones> {
  return loadTombstones(workspace, (await loadAuthority(workspace)).view);
}

/** Adds records to the set as somebody, asking nobody and logging nothing. */
export async function forgeRecords(
  workspace: Workspace,
  write: (draft: TombstoneDraft, batch: ObjectBatch) => void,
  change: Partial<RemovalAuthor> = {},
): Promise<void> {
  const { view } = await loadAuthority(workspace);
  const author: RemovalAuthor = {
    repo: view.genesis,
    caller: await identifyCaller(workspace, view),
    replica: await workspace.replica(),
    now: workspace.clock.now(),
    policy: view.head,
    ...change,
  };
  const batch = workspace.writer.batch();
  const draft = new TombstoneDraft(workspace, author, await loadSet(workspace), batch);
  write(draft, batch);
  const { name, new: next } = draft.refChange();
  await batch.write();
  await moveRef(workspace, name, next);
}

/** Adds a tombstone to the set with whatever it says, signed by its author; asks nobody and logs nothing. */
export async function plantDeclaration(
  workspace: Workspace,
  change: Partial<TombstoneDeclaration>,
): Promise<TombstoneId> {
  const { view } = await loadAuthority(workspace);
  const { actor, signer, sealed } = await identifyCaller(workspace, view);
  if (signer === null || sealed === null) throw new Error('the author has a credential');
  const texts = encodeTombstoneTexts({ salt: newSalt(workspace.random), paths: [], reason: '' });
  const declaration = encodeTombstone({
    repo: view.genesis,
    covers: { files: [], names: [], texts: [] },
    shun: [],
    spans: [],
    reasonCode: 'other',
    template: 1,
    rotatedAt: null,
    actor,
    holder: signer.publicKey,
    chain: sealed.digest,
    at: workspace.clock.now(),
    policy: view.head,
    texts: textsDigest(workspace.hasher, texts),
    ...change,
  });
  const hash = workspace.hasher.hash('tombstone', declaration);
  const id = formatId('hr', hash);
  const sig = signer.sign('tombstone', hash);
  const files = await readSetFiles(workspace);
  files.set(`${id}/declaration.json`, declaration);
  files.set(`${id}/texts.json`, texts);
  files.set(`${id}/attestation.json`, encodeAttestation({ subject: id, holder: signer.publicKey, sig }));
  files.set(`${id}/chain`, sealed.bytes);
  await plantSet(workspace, files, workspace.clock.now());
  return id;
}
