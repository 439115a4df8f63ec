import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ScratchObjects } from '#git/blame/scratch-objects.ts';
import { guardFiles, readSmallFile } from '#git/private-file.ts';
import type { ObjectId } from '#ports/objects.ts';

/*
 * Beside the objects, a Git directory:
 *   git/HEAD, git/config     of nothing
 *   git/info/attributes      the repository's
 *   git/refs/heads/<ours>    the two sides, by the names that conflicts show;
 *   git/refs/tags/<theirs>   one called like the other, or like what git reads otherwise, by a longer one
 */

/** A repository of two commits, for as long as git is asked to merge them. */
export class ScratchRepository extends ScratchObjects {
  readonly gitDir: string;

  constructor(commonDir: string) {
    super('merge');
    this.gitDir = this.beside('git');
    this.#write('HEAD', 'ref: refs/heads/nothing\n');
    this.#write('config', '[core]\n\trepositoryformatversion = 0\n\tbare = false\n');
    const attributes = readSmallFile(join(commonDir, 'info', 'attributes'), LARGEST_ATTRIBUTES);
    if (attributes !== undefined) this.#write('info/attributes', attributes);
  }

  /** Gives the two commits names, and returns what git is to be asked for. */
  nameSides(sides: {
    readonly ours: string;
    readonly theirs: string;
    readonly commits: readonly [ObjectId, ObjectId];
  }): readonly [string, string] {
    const [first, second] = sides.commits;
    const ours = isPlain(sides.ours) ? sides.ours : `heads/${sides.ours}`;
    const theirs = isPlain(sides.theirs) && sides.theirs !== ours ? sides.theirs : `thread/${sides.theirs}`;
    this.#write(`refs/heads/${sides.ours}`, `${first}\n`);
    this.#write(theirs === sides.theirs ? `refs/tags/${theirs}` : `refs/${theirs}`, `${second}\n`);
    return [ours, theirs];
  }

  #write(name: string, content: string | Uint8Array): void {
    const path = join(this.gitDir, name);
    guardFiles(path, () => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, content, { mode: 0o600 });
    });
  }
}

const LARGEST_ATTRIBUTES = 1024 * 1024;

/** Names that git reads as something else before it looks for a branch or a tag. */
function isPlain(name: string): boolean {
  if (name.startsWith('-') || name === '@' || /^[0-9a-f]{40}$/i.test(name)) return false;
  const [first = ''] = name.split('/');
  return !/^[A-Z_-]+$/.test(name) && !RESERVED.has(first);
}

const RESERVED = new Set(['config', 'git', 'heads', 'info', 'objects', 'refs', 'remotes', 'tags', 'thread']);
