import { HeddleError } from '#domain/error.ts';
import { formatDigest, parseDigest, type Digest, type TombstoneId } from '#domain/id.ts';
import type { Hasher } from '#domain/hash.ts';
import { openContent, type EntrySecret, type ManifestEntry } from '#domain/manifest/entry.ts';
import { entryNameId, saltBytes, withoutName } from '#domain/manifest/hashes.ts';
import { placeholderName } from '#domain/manifest/placeholder.ts';
import { isReplaceable, replacementBytes } from '#domain/removal/replacement.ts';
import type { TombstoneSet } from '#domain/removal/tombstone-set.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { RemovedName } from '#ports/removal/names.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { EntryReplacement } from '#usecases/content/rewrite-carriers.ts';

/** What tells which content is hidden by which tombstone. */
type Hiding = Pick<TombstoneSet, 'hidden' | 'partly'>;

/** The content's key outlives the salt: ids stay, the content stays readable, and the name cannot be guessed. */
export function hideName(
  { hasher }: Pick<Workspace, 'hasher'>,
  batch: ObjectBatch,
  {
    tombstone,
    entry,
    blob,
    hiding,
  }: {
    readonly tombstone: TombstoneId;
    readonly entry: ManifestEntry;
    readonly blob: ObjectId;
    readonly hiding: Hiding;
  },
): EntryReplacement | undefined {
  if (entry.secret.kind === 'name-id' || !isReplaceable(entry.kind)) return undefined;
  const secret = withoutName(hasher, entry);
  return {
    secret,
    blob: stubUnder(batch, { hiding, entry, blob }, ''),
    rename: (isTaken) => placeholderName(tombstone, isTaken),
  };
}

/** Gives an entry its name back; undefined where what is left of its secret does not go with it. */
export function restoreName(
  { hasher }: Pick<Workspace, 'hasher'>,
  batch: ObjectBatch,
  {
    entry,
    blob,
    original,
    hiding,
  }: {
    readonly entry: ManifestEntry;
    readonly blob: ObjectId;
    readonly original: RemovedName;
    readonly hiding: Hiding;
  },
): EntryReplacement | undefined {
  if (entry.secret.kind !== 'name-id') return undefined;
  const { name } = original;
  const secret = restoredSecret(hasher, original, openContent(entry) !== undefined);
  if (secret === undefined) return undefined;
  if (entryNameId(hasher, { name, secret }) !== original.nameId) {
    throw new HeddleError('QUARANTINE_MISSING', 'the quarantine holds another name than was redacted');
  }
  return { secret, blob: stubUnder(batch, { hiding, entry, blob }, name), rename: () => name };
}

/** The salt that came back has to be the one that the content's key is of. */
function restoredSecret(
  hasher: Hasher,
  { salt }: RemovedName,
  isContentOpen: boolean,
): EntrySecret | undefined {
  const isSalt = isSaltText(salt);
  if (isContentOpen) return isSalt ? { kind: 'salt', salt } : undefined;
  return { kind: 'name-key', nameKey: isSalt ? nameKeyOf(hasher, salt) : parseDigest(salt) };
}

/** The notice of a hidden content is a comment where the name tells how: under another name it is another one. */
function stubUnder(
  batch: ObjectBatch,
  {
    hiding: { hidden, partly },
    entry,
    blob,
  }: { readonly hiding: Hiding; readonly entry: ManifestEntry; readonly blob: ObjectId },
  name: string,
): ObjectId {
  if (openContent(entry) !== undefined) return blob;
  const file = parseDigest(entry.id);
  const record = hidden.get(file);
  if (record === undefined || (entry.kind === 'file' && partly.has(file))) return blob;
  return batch.add('blob', replacementBytes(record, { name, kind: entry.kind }));
}

/** What the quarantine keeps of an entry's name; undefined where it is hidden already. */
export function removedName(
  { hasher }: Pick<Workspace, 'hasher'>,
  { entry, blob }: { readonly entry: ManifestEntry; readonly blob: ObjectId },
): Omit<RemovedName, 'paths'> | undefined {
  const { name, secret } = entry;
  if (secret.kind === 'name-id') return undefined;
  const salt = secret.kind === 'salt' ? secret.salt : secret.nameKey;
  return { nameId: entryNameId(hasher, entry), name, salt, file: parseDigest(entry.id), blob };
}

/** The same without what its content could be guessed with. */
export function withoutContentSalt({ hasher }: Pick<Workspace, 'hasher'>, name: RemovedName): RemovedName {
  return isSaltText(name.salt) ? { ...name, salt: nameKeyOf(hasher, name.salt) } : name;
}

/** Tells a salt from a key. */
export function isSaltText(salt: string): boolean {
  return salt.length === 22;
}

function nameKeyOf(hasher: Hasher, salt: string): Digest {
  return formatDigest(hasher.hash('salt-name', saltBytes(salt)));
}
