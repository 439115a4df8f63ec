import { HeddleError } from '#domain/error.ts';
import { parseDigest, type Digest } from '#domain/id.ts';
import type { EntrySecret, ManifestEntry } from '#domain/manifest/entry.ts';
import { contentId, contentKey } from '#domain/manifest/hashes.ts';
import { replaceContent, type CutContent } from '#domain/removal/spans/replace-content.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { ObjectBatch } from '#ports/objects.ts';
import type { RemovedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { EntryReplacement } from '#usecases/content/rewrite-carriers.ts';

/** What stood at an entry before a tombstone. */
export interface Original {
  /**
   * As the quarantine has it: of an entry whose name was hidden before its content only a key. Null where an earlier
   * tombstone had hidden the entry, and hides it again.
   */
  readonly secret: { readonly salt: string; readonly key: Digest } | null;
  readonly content: RemovedContent;
}

/** What hides a content once this tombstone no longer does, and what of it stays then. */
export interface OtherHider {
  readonly record: TombstoneRecord;
  readonly content: CutContent;
}

/** Each manifest entry's salt and content, held against the entry's own id. Throws `QUARANTINE_MISSING`. */
export function readOriginals(
  { hasher }: Pick<Workspace, 'hasher'>,
  contents: readonly RemovedContent[],
): ReadonlyMap<Digest, Original> {
  const originals = new Map<Digest, Original>();
  for (const content of contents) {
    for (const { file, salt } of content.entries) {
      if (contentId(hasher, salt, content.bytes) === file)
        originals.set(file, { secret: { salt, key: contentKey(hasher, salt) }, content });
      else if (content.masks !== undefined) originals.set(file, { secret: null, content });
      else
        throw new HeddleError('QUARANTINE_MISSING', 'the quarantine holds another content than was redacted');
    }
  }
  return originals;
}

export function restoreEntry(
  entry: ManifestEntry,
  batch: ObjectBatch,
  {
    originals,
    other,
  }: {
    readonly originals: ReadonlyMap<Digest, Original>;
    readonly other: OtherHider | undefined;
  },
): EntryReplacement | undefined {
  const original = originals.get(parseDigest(entry.id));
  if (original === undefined) return undefined;
  if (other !== undefined)
    return {
      secret: entry.secret,
      blob: batch.add('blob', replaceContent(other.record, other.content, entry)),
    };
  const secret = restoredSecret(entry, original);
  return secret === undefined ? undefined : { secret, blob: batch.add('blob', original.content.bytes) };
}

/** Without its name an entry keeps to the content's key: a salt would tell the name's, too. */
function restoredSecret({ secret }: ManifestEntry, original: Original): EntrySecret | undefined {
  if (original.secret === null) return secret;
  const { salt, key } = original.secret;
  if (secret.kind === 'name-id') return { ...secret, contentKey: key };
  return salt === key ? undefined : { kind: 'salt', salt };
}
