import type { ObjectBatch, ObjectId, ObjectKind, ObjectWriter, TreeEntry } from '#ports/objects.ts';
import { LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import { hashObject } from './hash.ts';
import { encodePack, type PackedObject } from './pack.ts';
import { encodeTree } from './tree-format.ts';

/** Below this many, objects are stored one by one: thousands of small packs would slow every git down. */
const ENOUGH_FOR_A_PACK = 100;

/** Writes objects in batches, each by one git. */
export class GitObjectWriter implements ObjectWriter {
  readonly #runner: GitRunner;

  constructor(runner: GitRunner) {
    this.#runner = runner;
  }

  batch(): ObjectBatch {
    return new GitObjectBatch(this.#runner);
  }
}

class GitObjectBatch implements ObjectBatch {
  readonly #runner: GitRunner;
  readonly #objects = new Map<ObjectId, PackedObject>();

  constructor(runner: GitRunner) {
    this.#runner = runner;
  }

  add(kind: ObjectKind, content: Uint8Array): ObjectId {
    const id = hashObject(kind, content);
    if (!this.#objects.has(id)) this.#objects.set(id, { kind, content });
    return id;
  }

  addTree(entries: readonly TreeEntry[]): ObjectId {
    return this.add('tree', encodeTree(entries));
  }

  async write(): Promise<void> {
    const objects = [...this.#objects.values()];
    if (objects.length === 0) return;
    await this.#runner.run({
      args: objects.length < ENOUGH_FOR_A_PACK ? ['unpack-objects', '-q'] : ['index-pack', '--stdin'],
      stdin: encodePack(objects),
      deadlineMs: LONG_DEADLINE_MS,
    });
    this.#objects.clear();
  }
}
