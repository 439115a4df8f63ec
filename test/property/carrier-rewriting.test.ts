import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { storeDirectory } from '#domain/manifest/directory.ts';
import type { EntrySecret } from '#domain/manifest/entry.ts';
import { withoutContent } from '#domain/manifest/hashes.ts';
import { hashObject } from '#git/objects/hash.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readDirectory } from '#usecases/manifest/read-directory.ts';
import { findContent } from '#usecases/content/find-content.ts';
import { rewriteCarriers, type Rewriting } from '#usecases/content/rewrite-carriers.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { readState } from '#usecases/states/read-state.ts';
import { writeCommit, type FileTree, type MemoryFile } from '../support/memory/files.ts';
import { HistoryBench, type WrittenState } from '../support/memory/benches/history-bench.ts';
import { createMemoryRepository } from '../support/memory/workspace.ts';
import { fc } from '../support/seed.ts';

const SECRETS = ['secret one', 'secret two', ''];
const name = fc.constantFrom('a', 'b', 'a.b', '\xff', '=', '_', '%2F');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'));
const file: fc.Arbitrary<MemoryFile> = fc.record({
  mode: fc.constantFrom('100644', '100755', '120000', '160000'),
  content: fc.constantFrom(...SECRETS, 'other', 'more'),
});
const files = fc.array(fc.tuple(path, file), { maxLength: 6 }).map((rows): FileTree => {
  const tree = new Map<string, MemoryFile>();
  for (const [at, { mode, content }] of rows) {
    const clash = [...tree.keys()].some((key) => key.startsWith(`${at}/`) || at.startsWith(`${key}/`));
    const sound = mode === '160000' ? hashObject('blob', utf8(content)) : content;
    if (!clash) tree.set(at, { mode, content: sound });
  }
  return tree;
});
/** Parents are counted back from the newest state; none begins a thread, from Git where it says so. */
const step = fc.record({
  files,
  thread: fc.constantFrom('a', 'b', 'c'),
  parents: fc.uniqueArray(fc.nat({ max: 3 }), { maxLength: 2 }),
  fromGit: fc.boolean(),
});

/** Ids of every directory of a manifest, from its root on. */
async function directoryIds(workspace: Workspace, tree: ObjectId): Promise<readonly string[]> {
  const { entries, subtrees } = await readDirectory(workspace, tree);
  const ids: string[] = [storeDirectory(workspace.hasher, entries).id];
  for (const below of subtrees.values()) ids.push(...(await directoryIds(workspace, below)));
  return ids;
}

async function rewrite(workspace: Workspace, rewriting: Rewriting): Promise<ReadonlyMap<string, string>> {
  const batch = workspace.writer.batch();
  for (const content of [STUB, ...SECRETS]) batch.add('blob', utf8(content));
  const { refs, carriers } = await rewriteCarriers(workspace, batch, rewriting);
  await batch.write();
  await (await workspace.refs.prepare(refs, [])).commit();
  return carriers;
}

const STUB = 'stub';
const blobOf = (content: string): ObjectId => hashObject('blob', utf8(content));

describe('hiding content in any history', () => {
  it('leaves every state and every directory id, and lifting it gives back every byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...SECRETS),
        async (steps, secret) => {
          const { workspace } = createMemoryRepository();
          const bench = new HistoryBench(workspace);
          const states: WrittenState[] = [];
          for (const { fromGit, parents, ...sketch } of steps) {
            const chosen = parents.flatMap((back) => states.at(-1 - back) ?? []);
            const base =
              fromGit && chosen.length === 0 ? await writeCommit(workspace.writer, sketch.files) : undefined;
            states.push(
              await bench.add({ ...sketch, parents: chosen, ...(base === undefined ? {} : { base }) }),
            );
          }
          const refs = await bench.refs();
          const blobs = new Set([blobOf(secret)]);
          const places = await findContent(workspace, blobs);
          const kept = new Map<string, { readonly secret: EntrySecret; readonly blob: ObjectId }>();
          const hidden = await rewrite(workspace, {
            blobs,
            replace: (entry, blob) => {
              kept.set(entry.id, { secret: entry.secret, blob });
              return { secret: withoutContent(workspace.hasher, entry.secret), blob: blobOf(STUB) };
            },
          });
          expect(await findContent(workspace, blobs)).toEqual([]);
          expect(new Set(places.map(({ entry }) => entry.id))).toEqual(new Set(kept.keys()));
          expect(places.every(({ carrier }) => hidden.has(carrier))).toBe(true);
          for (const [old, next] of hidden) {
            const [before, after] = await Promise.all([
              readState(workspace, old),
              readState(workspace, next),
            ]);
            expect({ ...after, carrier: '', gitParents: [] }).toEqual({
              ...before,
              carrier: '',
              gitParents: [],
            });
            expect(after.gitParents).toEqual(
              before.state.parents.length === 0
                ? before.gitParents
                : before.gitParents.map((parent) => hidden.get(parent) ?? parent),
            );
            const [a, b] = await Promise.all([carrierTrees(workspace, old), carrierTrees(workspace, next)]);
            expect(await directoryIds(workspace, b.manifest)).toEqual(
              await directoryIds(workspace, a.manifest),
            );
          }
          await rewrite(workspace, { blobs: new Set([blobOf(STUB)]), replace: ({ id }) => kept.get(id) });
          expect(await bench.refs()).toEqual(refs);
        },
      ),
      { numRuns: 150 },
    );
  });
});
