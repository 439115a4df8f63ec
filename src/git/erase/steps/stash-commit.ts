import type { ObjectId } from '#ports/objects.ts';
import { headerLines } from '#git/erase/reach/references.ts';
import type { RawObjects } from '#git/erase/store/raw-objects.ts';
import { replaceInTree, type Replacing } from './replaced-tree.ts';

/*
 * A stash is a commit of the work tree. Its parents: the commit it was made on (Git history, never rewritten), a
 * commit of the index on the same, and, with `--include-untracked`, a commit of untracked files without a parent.
 */

/** Rebuilds stashes, each commit once. */
export class StashRebuilder {
  readonly #objects: RawObjects;
  readonly #replacing: Replacing;
  readonly #known = new Map<ObjectId, ObjectId>();

  constructor(objects: RawObjects, replacing: Omit<Replacing, 'read'>) {
    this.#objects = objects;
    this.#replacing = { ...replacing, read: (id) => objects.read(id) };
  }

  /** The id of the stash without the removed blobs; its own where it has none. */
  async rebuild(stash: ObjectId): Promise<ObjectId> {
    const known = this.#known.get(stash);
    if (known !== undefined) return known;
    const { base, extra, content } = await this.#parse(stash);
    const baseTree = base === undefined ? undefined : (await this.#parse(base)).tree;
    const parents = new Map<ObjectId, ObjectId>();
    for (const [index, parent] of extra.entries()) {
      parents.set(
        parent,
        await this.#replaceCommit(parent, {
          baseTree: index === 0 ? baseTree : undefined,
          parents: new Map(),
        }),
      );
    }
    const rebuilt = await this.#replaceCommit(stash, { baseTree, parents }, content);
    this.#known.set(stash, rebuilt);
    return rebuilt;
  }

  async #replaceCommit(
    id: ObjectId,
    {
      baseTree,
      parents,
    }: { readonly baseTree: ObjectId | undefined; readonly parents: ReadonlyMap<ObjectId, ObjectId> },
    known?: Buffer,
  ): Promise<ObjectId> {
    const content = known ?? (await this.#objects.read(id)).content;
    const { tree } = parseCommit(content);
    if (tree === undefined) return id;
    const newTree = await replaceInTree(this.#replacing, tree, { base: baseTree });
    const changed = newTree !== tree || [...parents].some(([old, parent]) => old !== parent);
    return changed
      ? this.#replacing.batch.add('commit', rewriteHeader(content, { tree: newTree, parents }))
      : id;
  }

  async #parse(id: ObjectId): Promise<ReturnType<typeof parseCommit> & { readonly content: Buffer }> {
    const { content } = await this.#objects.read(id);
    return { ...parseCommit(content), content };
  }
}

function parseCommit(content: Buffer): {
  readonly tree: ObjectId | undefined;
  readonly base: ObjectId | undefined;
  readonly extra: readonly ObjectId[];
} {
  const values = (word: string): readonly string[] =>
    headerLines(content).flatMap((line) =>
      line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : [],
    );
  const [base, ...extra] = values('parent');
  return { tree: values('tree')[0], base, extra };
}

/** Everything but tree, parents and a signature, which would not be one any more, stays byte for byte. */
function rewriteHeader(
  content: Buffer,
  { tree, parents }: { readonly tree: ObjectId; readonly parents: ReadonlyMap<ObjectId, ObjectId> },
): Buffer {
  const lines = headerLines(content);
  const length = Buffer.from(lines.join('\n'), 'latin1').length;
  const kept: string[] = [];
  let inSignature = false;
  for (const line of lines) {
    inSignature = /^gpgsig(?:-sha256)? /.test(line) || (inSignature && line.startsWith(' '));
    if (inSignature) continue;
    const parent = /^parent (.*)$/.exec(line)?.[1];
    if (line.startsWith('tree ')) kept.push(`tree ${tree}`);
    else kept.push(parent === undefined ? line : `parent ${parents.get(parent) ?? parent}`);
  }
  return Buffer.concat([Buffer.from(kept.join('\n'), 'latin1'), content.subarray(length)]);
}
