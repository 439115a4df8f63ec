import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { Digest, TombstoneId } from '#domain/id.ts';
import { contentKey, rawName } from '#domain/manifest/hashes.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { Residue } from '#domain/results/removal-results.ts';
import type { QuarantinedContent, RemovedContent } from '#ports/removal.ts';
import type { RemovedName } from '#ports/removal/names.ts';
import type { Workspace } from '#ports/workspace.ts';
import { isSaltText, withoutContentSalt } from './hide-name.ts';
import { stillNamed } from './still-named.ts';

/** Bytes. What is shorter stands anywhere by chance: an entry of a tree around it is looked for instead. */
const SHORTEST = 16;
const MODES = ['100644', '100755', '120000'];

/**
 * What a purge looks for of names: as they are, and the entries of trees and lists that have them. A short one is found
 * in trees and lists of this repository alone.
 */
export function nameContents(
  { writer }: Pick<Workspace, 'writer'>,
  names: readonly RemovedName[],
): readonly Pick<RemovedContent, 'blob' | 'bytes'>[] {
  const unwritten = writer.batch();
  const needles = new Map<string, Uint8Array>();
  for (const { name, blob } of names) {
    const raw = rawName(name);
    const found = [
      raw,
      utf8(`"name":${JSON.stringify(name)},"`),
      concatBytes(raw, Uint8Array.of(0), Buffer.from(blob, 'hex')),
      ...MODES.map((mode) => concatBytes(utf8(`${mode} `), raw, Uint8Array.of(0))),
    ];
    for (const bytes of found) {
      if (bytes.length >= SHORTEST) needles.set(Buffer.from(bytes).toString('latin1'), bytes);
    }
  }
  return [...needles.values()].map((bytes) => ({ blob: unwritten.add('blob', bytes), bytes }));
}

/** Throws `PURGE_REFUSED`: a rewriting of Git's history changes what is in files, not what they are called. */
export function refuseRenaming(tombstone: TombstoneId, { names = [] }: QuarantinedContent): void {
  if (names.length === 0) return;
  const why =
    "names in Git's own history are not rewritten: purge without --rewrite-git, which names the refs";
  throw new HeddleError('PURGE_REFUSED', why, {
    facts: { tombstone },
    preserved: 'nothing was destroyed',
  });
}

/** Files of this clone's work trees that still have a name. */
export async function namedFiles(
  workspace: Workspace,
  names: readonly RemovedName[],
): Promise<readonly Residue[]> {
  if (names.length === 0) return [];
  return (await stillNamed(workspace, names)).map(({ worktree, path }) => ({
    place: 'worktree',
    where: `${worktree}/${path}`,
    owner: 'user',
    note: 'it still has the name: give it another one',
  }));
}

/**
 * Salts that the quarantines of other tombstones have of the same entries: of whatever of name and content was hidden
 * first. Lists of before have them too, and with one the other half could be guessed.
 */
export async function saltsOfOthers(
  workspace: Workspace,
  target: TombstoneRecord,
  names: readonly RemovedName[],
): Promise<readonly string[]> {
  const files = filesOf(target, names);
  const held = await otherQuarantines(workspace, target, files);
  return held.flatMap(({ kept }) => [
    ...(kept.names ?? []).filter(({ file }) => files.has(file)).map(({ salt }) => salt),
    ...kept.contents.flatMap(({ entries }) =>
      entries.filter(({ file }) => files.has(file)).map(({ salt }) => salt),
    ),
  ]);
}

/** Leaves each of those what its own half needs, and nothing to guess the other half with. Can be repeated. */
export async function dropSaltsOfOthers(
  workspace: Workspace,
  target: TombstoneRecord,
  names: readonly RemovedName[],
): Promise<void> {
  const files = filesOf(target, names);
  const { hasher, quarantine } = workspace;
  for (const { tombstone, kept } of await otherQuarantines(workspace, target, files)) {
    const contents = kept.contents.map((content) => ({
      ...content,
      entries: content.entries.map(({ file, salt }) => ({
        file,
        salt: files.has(file) ? contentKey(hasher, salt) : salt,
      })),
    }));
    const others = kept.names?.map((name) =>
      files.has(name.file) ? withoutContentSalt(workspace, name) : name,
    );
    await quarantine.keep(tombstone, {
      ...kept,
      contents,
      ...(others === undefined ? {} : { names: others }),
    });
  }
}

/** Contents that go, and those whose name does. */
function filesOf({ declaration }: TombstoneRecord, names: readonly RemovedName[]): ReadonlySet<Digest> {
  return new Set([...declaration.covers.files, ...names.map(({ file }) => file)]);
}

interface HeldQuarantine {
  readonly tombstone: TombstoneId;
  readonly kept: QuarantinedContent;
}

/** Those that have a salt of one of the entries. Where another home of this clone has the key, its purge sees to it. */
async function otherQuarantines(
  { quarantine }: Pick<Workspace, 'quarantine'>,
  { id }: TombstoneRecord,
  files: ReadonlySet<Digest>,
): Promise<readonly HeldQuarantine[]> {
  const held: HeldQuarantine[] = [];
  for (const tombstone of await quarantine.list()) {
    const kept = tombstone === id ? undefined : await tryOpen(quarantine, tombstone);
    if (kept === undefined) continue;
    const entries = [...(kept.names ?? []), ...kept.contents.flatMap((content) => content.entries)];
    if (entries.some(({ file, salt }) => files.has(file) && isSaltText(salt))) held.push({ tombstone, kept });
  }
  return held;
}

async function tryOpen(
  quarantine: Workspace['quarantine'],
  tombstone: TombstoneId,
): Promise<QuarantinedContent | undefined> {
  try {
    return await quarantine.open(tombstone);
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'QUARANTINE_MISSING') return undefined;
    throw error;
  }
}
