import { segmentProblem } from '#domain/resource/repository-path.ts';
import type { ObjectBatch, ObjectId, TreeEntry } from '#ports/objects.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { hashObject } from '#git/objects/hash.ts';
import { GitObjectWriter } from '#git/objects/object-writer.ts';
import { encodeTree } from '#git/objects/tree-format.ts';
import { LARGE_OUTPUT_BYTES, type GitRunner } from '#git/run.ts';
import { splitRecords } from '#git/worktree/records.ts';

interface Directory {
  readonly entries: TreeEntry[];
  /** By name, one character a byte: names need not be UTF-8. */
  readonly below: Map<string, Directory>;
  /** Something below it changed. */
  changed: boolean;
}

const LINE = /^([0-7]{6}) ([0-9a-f]{40}) 0\t/;

/**
 * Writes the trees above changed paths in one pack, before git itself writes the tree of the index and finds
 * them there: git makes and fsyncs a file for each. Durable on return. What is not written here, git writes.
 */
export async function writeChangedTrees(
  runner: GitRunner,
  indexFile: string,
  changed: Iterable<Uint8Array>,
): Promise<void> {
  const { stdout } = await runner.run({
    args: ['ls-files', '--stage', '-z'],
    indexFile,
    maxOutputBytes: LARGE_OUTPUT_BYTES,
  });
  const root = emptyDirectory();
  for (const record of splitRecords(stdout)) {
    const [head = '', mode = '', id = ''] = LINE.exec(record.toString('latin1', 0, 64)) ?? [];
    if (head === '') throw unexpectedAnswer('ls-files');
    const names = record.toString('latin1', head.length).split('/').map(nameBytes);
    // A name that only git accepts is git's to write.
    if (names.some((name) => segmentProblem(name) !== undefined)) return;
    place(root, names, { mode, id });
  }
  for (const path of changed) mark(root, path);
  const batch = new GitObjectWriter(runner).batch();
  write(batch, root);
  await batch.write();
}

function emptyDirectory(): Directory {
  return { entries: [], below: new Map(), changed: false };
}

function nameBytes(name: string): Uint8Array {
  return Buffer.from(name, 'latin1');
}

function place(root: Directory, names: readonly Uint8Array[], file: Pick<TreeEntry, 'mode' | 'id'>): void {
  let directory = root;
  for (const [index, name] of names.entries()) {
    if (index === names.length - 1) {
      directory.entries.push({ name, ...file });
      return;
    }
    const key = Buffer.from(name).toString('latin1');
    const next = directory.below.get(key) ?? emptyDirectory();
    directory.below.set(key, next);
    directory = next;
  }
}

function mark(root: Directory, path: Uint8Array): void {
  let directory: Directory | undefined = root;
  for (const name of Buffer.from(path).toString('latin1').split('/')) {
    if (directory === undefined) return;
    directory.changed = true;
    directory = directory.below.get(name);
  }
}

function write(batch: ObjectBatch, directory: Directory): ObjectId {
  const entries = [...directory.entries];
  for (const [name, below] of directory.below) {
    entries.push({ mode: '40000', name: nameBytes(name), id: write(batch, below) });
  }
  const content = encodeTree(entries);
  return directory.changed ? batch.add('tree', content) : hashObject('tree', content);
}
