import { describe, expect, it } from 'vitest';
import type { ManifestEntry } from '#domain/manifest/entry.ts';
import { escapeSegment } from '#domain/encoding/percent-escape.ts';
import { rawBytes } from '#usecases/manifest/change-tree.ts';
import type { FileTree, MemoryFile } from '../support/memory/files.ts';
import { ManifestBench } from '../support/memory/benches/manifest-bench.ts';
import { fc } from '../support/seed.ts';

// Few names and few contents: so that files meet directories, and contents come back.
const name = fc.constantFrom('a', 'b', 'a.b', 'A', '\xff', '=', '_');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'));
const file: fc.Arbitrary<MemoryFile> = fc.record({
  mode: fc.constantFrom('100644', '100755', '120000', '160000'),
  content: fc.constantFrom('1'.repeat(40), '2'.repeat(40), ''),
});
const edit = fc.oneof(
  { weight: 3, arbitrary: fc.record({ path, file }) },
  { weight: 1, arbitrary: fc.record({ path, file: fc.constant(null) }) },
);

/** What a work tree is after an edit: whatever stands in the way of a path gives way to it. */
function edited(
  tree: FileTree,
  { path: at, file: next }: { readonly path: string; readonly file: MemoryFile | null },
): FileTree {
  const kept = [...tree].filter(
    ([other]) => other !== at && !other.startsWith(`${at}/`) && !at.startsWith(`${other}/`),
  );
  const sound = next?.mode === '160000' && next.content === '' ? { ...next, mode: '100644' } : next;
  return new Map(sound === null ? kept : [...kept, [at, sound]]);
}

function escaped(path: string): string {
  return path
    .split('/')
    .map((segment) => escapeSegment(rawBytes(segment)))
    .join('/');
}

describe('a manifest that follows random edits', () => {
  it('describes the same tree as the files, and keeps salt and id of what stayed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(edit, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        async (captures) => {
          const bench = new ManifestBench();
          let tree: FileTree = new Map();
          let before: ReadonlyMap<string, ManifestEntry> = new Map();
          for (const edits of captures) {
            const next = edits.reduce(edited, tree);
            await bench.goTo(next);
            expect(await bench.problems()).toEqual([]);
            const entries = await bench.entries();
            for (const [at, { mode, content }] of next) {
              const old = tree.get(at);
              const entry = entries.get(escaped(at));
              expect(entry?.mode).toBe(mode);
              const stayed = old !== undefined && old.mode === mode && old.content === content;
              if (stayed) expect(entry).toEqual(before.get(escaped(at)));
            }
            tree = next;
            before = entries;
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
