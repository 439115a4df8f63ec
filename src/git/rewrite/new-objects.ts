import type { ObjectId, ObjectKind } from '#ports/objects.ts';
import type { RawObject } from '#git/erase/store/raw-objects.ts';
import { hashObject } from '#git/objects/hash.ts';
import { GitObjectWriter } from '#git/objects/object-writer.ts';
import type { GitRunner } from '#git/run.ts';

/** Objects wait in memory up to this many bytes. */
const ENOUGH_BYTES = 16 * 1024 * 1024;

/** New objects of a rewriting, written as they come. A trial one writes nothing: ids are known all the same. */
export class NewObjects {
  readonly #runner: GitRunner;
  readonly #isTrial: boolean;
  #batch;
  #bytes = 0;
  #kept: Map<ObjectId, RawObject> | undefined;

  constructor(runner: GitRunner, { trial }: { readonly trial: boolean }) {
    this.#runner = runner;
    this.#isTrial = trial;
    this.#batch = new GitObjectWriter(runner).batch();
  }

  /** From here on what is added can be read, written or not. */
  keep(): void {
    this.#kept ??= new Map();
  }

  /** One of those; undefined for any other. */
  kept(id: ObjectId): RawObject | undefined {
    return this.#kept?.get(id);
  }

  async add(kind: ObjectKind, content: Uint8Array): Promise<ObjectId> {
    const id = this.#isTrial ? hashObject(kind, content) : this.#batch.add(kind, content);
    this.#kept?.set(id, { kind, content: Buffer.from(content) });
    if (this.#isTrial) return id;
    this.#bytes += content.length;
    if (this.#bytes >= ENOUGH_BYTES) await this.finish();
    return id;
  }

  /** Written at once: there are few. */
  async addTag(content: Uint8Array): Promise<ObjectId> {
    const id = hashObject('tag', content);
    if (this.#isTrial) return id;
    // An odd tag stays odd: it is not for this to judge.
    await this.#runner.run({
      args: ['hash-object', '-t', 'tag', '-w', '--literally', '--stdin'],
      stdin: content,
    });
    return id;
  }

  /** What was added is durable on return. */
  async finish(): Promise<void> {
    await this.#batch.write();
    this.#batch = new GitObjectWriter(this.#runner).batch();
    this.#bytes = 0;
  }
}
