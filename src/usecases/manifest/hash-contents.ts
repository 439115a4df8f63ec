import type { StreamingHash } from '#domain/hash.ts';
import { formatDigest, type Digest } from '#domain/id.ts';
import { kindOfMode } from '#domain/manifest/entry.ts';
import { contentId, startContentHash, submoduleContent } from '#domain/manifest/hashes.ts';
import { newSalt } from '#domain/state/texts.ts';
import type { TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';

/** A content's id under the salt that was made for it. */
export interface SaltedContent {
  readonly id: Digest;
  readonly salt: string;
}

/**
 * Salts and hashes the contents that changes bring. Blobs are streamed: no file needs to be in memory. A change
 * of mode alone brings no content.
 */
export async function hashContents(
  workspace: Workspace,
  changes: readonly TreeChange[],
): Promise<ReadonlyMap<TreeChange, SaltedContent>> {
  const salted = new Map<TreeChange, SaltedContent>();
  const blobs: TreeChange[] = [];
  for (const change of changes) {
    if (change.newId === null || keepsContent(change)) continue;
    if (kindOfMode(change.newMode ?? '') === 'submodule') {
      const salt = newSalt(workspace.random);
      salted.set(change, { salt, id: contentId(workspace.hasher, salt, submoduleContent(change.newId)) });
    } else {
      blobs.push(change);
    }
  }
  await hashBlobs(workspace, blobs, salted);
  return salted;
}

/** Same content, same kind: its salt and id stay. */
function keepsContent(change: TreeChange): boolean {
  return (
    change.oldId === change.newId && kindOfMode(change.oldMode ?? '') === kindOfMode(change.newMode ?? '')
  );
}

async function hashBlobs(
  workspace: Workspace,
  blobs: readonly TreeChange[],
  salted: Map<TreeChange, SaltedContent>,
): Promise<void> {
  const salts = blobs.map(() => newSalt(workspace.random));
  let hash: StreamingHash | undefined;
  await workspace.objects.streamBlobs(
    blobs.map((change) => change.newId ?? ''),
    {
      start: (index) => {
        hash = startContentHash(workspace.hasher, salts[index] ?? '');
      },
      data: (_index, piece) => hash?.update(piece),
      end: (index) => {
        const change = blobs[index];
        const digest = hash?.digest();
        if (change === undefined || digest === undefined) return;
        salted.set(change, { salt: salts[index] ?? '', id: formatDigest(digest) });
      },
    },
  );
}
