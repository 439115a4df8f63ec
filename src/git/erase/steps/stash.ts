import { join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import type { Erasable } from '#ports/removal.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import { exchangeFile } from '#git/erase/exchange-file.ts';
import { withGitLock } from '#git/erase/git-lock.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { isRealFile } from '#git/erase/store/real-files.ts';
import { idsOfLines, readReflog } from '#git/erase/reach/reflogs.ts';
import { prepareScratch } from '#git/erase/scratch.ts';
import { RawObjects } from '#git/erase/store/raw-objects.ts';
import { isObjectId } from '#git/objects/hash.ts';
import { GitObjectWriter } from '#git/objects/object-writer.ts';
import { readSmallFile } from '#git/private-file.ts';
import { keepStored } from '#git/erase/reach/reachable.ts';
import { StashRebuilder } from './stash-commit.ts';

const REF = 'refs/stash';
const LARGEST_PACKED_REFS = 1024 * 1024 * 1024;
const ATTEMPTS = 10;

/**
 * Rebuilds the stashes that hold a removed blob, with the replacement in its place; all others, messages and order
 * stay. New objects are durable before any file names them, and reflog, ref and packed refs are each replaced in
 * one step: killed anywhere, every stash is there, old or rebuilt.
 */
export async function eraseStash(ground: EraseGround, target: Erasable): Promise<readonly string[]> {
  await prepareScratch(ground);
  const count = await exchange(ground, (stashes) => rebuildAll(ground, target, stashes));
  return count === 0 ? [] : [`${count} stash entries, rebuilt without it`];
}

/** Puts durable commits in the place of stashes; all others and the order stay, and ids in messages follow. */
export async function installStashes(
  ground: EraseGround,
  {
    replaced,
    follow,
  }: { readonly replaced: ReadonlyMap<ObjectId, ObjectId>; readonly follow: (text: string) => string },
): Promise<void> {
  await prepareScratch(ground);
  await exchange(
    ground,
    async (stashes) =>
      new Map(
        stashes.flatMap((id) => {
          const other = replaced.get(id);
          return other === undefined ? [] : [[id, other] as const];
        }),
      ),
    follow,
  );
}

/** Returns how many stashes there are others for. */
async function exchange(
  ground: EraseGround,
  rebuild: (stashes: readonly ObjectId[]) => Promise<ReadonlyMap<ObjectId, ObjectId>>,
  follow: (text: string) => string = (text) => text,
): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const found = readStashes(ground);
    const rebuilt = await rebuild(found.ids);
    if (rebuilt.size === 0) return 0;
    const done = await withGitLock(ground, join(ground.places.commonDir, REF), () => {
      // Somebody stashed meanwhile: look again.
      if (readStashes(ground).ids.join() !== found.ids.join()) return false;
      install(ground, rebuilt, follow);
      return true;
    });
    if (!done) continue;
    await installPacked(ground, rebuilt);
    return rebuilt.size;
  }
  throw new HeddleError('LOCK_HELD', 'another git keeps stashing', { facts: { path: REF } });
}

/** Every stash: what the ref, the packed refs and the reflog name. */
export function readStashes({ places: { commonDir } }: EraseGround): { readonly ids: readonly ObjectId[] } {
  const loose = Buffer.from(readSmallFile(join(commonDir, REF), 256) ?? [])
    .toString('latin1')
    .trim();
  const packed = PACKED.exec(packedRefs(commonDir).toString('latin1'))?.[1];
  const ids = new Set(idsOfLines(readReflog(join(commonDir, 'logs', REF))));
  for (const id of [loose, packed]) if (id !== undefined && isObjectId(id)) ids.add(id);
  return { ids: [...ids] };
}

/** Those of some stashes that would have to be rebuilt. Changes nothing. */
export async function findHolding(
  ground: EraseGround,
  target: Erasable,
  stashes: readonly ObjectId[],
): Promise<ReadonlySet<ObjectId>> {
  const batch = new GitObjectWriter(ground.runner).batch();
  return new Set((await rebuildInto(batch, ground, { target, stashes })).keys());
}

async function rebuildAll(
  ground: EraseGround,
  target: Erasable,
  stashes: readonly ObjectId[],
): Promise<ReadonlyMap<ObjectId, ObjectId>> {
  const batch = new GitObjectWriter(ground.runner).batch();
  const rebuilt = await rebuildInto(batch, ground, { target, stashes });
  await batch.write();
  return rebuilt;
}

async function rebuildInto(
  batch: ObjectBatch,
  ground: EraseGround,
  { target, stashes }: { readonly target: Erasable; readonly stashes: readonly ObjectId[] },
): Promise<ReadonlyMap<ObjectId, ObjectId>> {
  const objects = new RawObjects(ground.runner);
  const rebuilt = new Map<ObjectId, ObjectId>();
  try {
    const { replacements } = target;
    const rebuilder = new StashRebuilder(objects, { batch, idBytes: ground.idBytes, replacements });
    // A reflog may begin with an entry whose old stash was dropped and is gone.
    for (const stash of await keepStored(ground.runner, stashes)) {
      const other = await rebuilder.rebuild(stash);
      if (other !== stash) rebuilt.set(stash, other);
    }
  } finally {
    await objects.close();
  }
  return rebuilt;
}

/** The reflog first: it is the list of stashes. */
function install(
  ground: EraseGround,
  rebuilt: ReadonlyMap<ObjectId, ObjectId>,
  follow: (text: string) => string,
): void {
  const { commonDir } = ground.places;
  for (const path of [join(commonDir, 'logs', REF), join(commonDir, REF)]) {
    if (!isRealFile(path)) continue;
    const lines = readReflog(path);
    exchangeFile(ground, path, Buffer.concat(lines.map(({ raw }) => swapIds(raw, rebuilt, follow))));
  }
}

/** Where refs are packed, the newest stash is named there, though a file of its own may have taken its place. */
async function installPacked(ground: EraseGround, rebuilt: ReadonlyMap<ObjectId, ObjectId>): Promise<void> {
  const path = join(ground.places.commonDir, 'packed-refs');
  if (!isRealFile(path)) return;
  await withGitLock(ground, path, () => {
    const before = packedRefs(ground.places.commonDir).toString('latin1');
    const after = before.replace(PACKED, (line, id: string) => line.replace(id, rebuilt.get(id) ?? id));
    if (after !== before) exchangeFile(ground, path, Buffer.from(after, 'latin1'));
  });
}

const IDS = /^[0-9a-f]{40,64}|(?<=^[0-9a-f]{40,64} )[0-9a-f]{40,64}/g;
const PACKED = /^([0-9a-f]{40,64}) refs\/stash$/m;

function swapIds(
  raw: Buffer,
  rebuilt: ReadonlyMap<ObjectId, ObjectId>,
  follow: (text: string) => string,
): Buffer {
  const swapped = raw.toString('latin1').replace(IDS, (id) => rebuilt.get(id) ?? id);
  const tab = swapped.indexOf('\t');
  const text = tab === -1 ? swapped : swapped.slice(0, tab) + follow(swapped.slice(tab));
  return Buffer.from(text, 'latin1');
}

function packedRefs(commonDir: string): Buffer {
  return Buffer.from(readSmallFile(join(commonDir, 'packed-refs'), LARGEST_PACKED_REFS) ?? []);
}
