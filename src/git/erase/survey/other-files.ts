import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { Residue } from '#domain/results/removal-results.ts';
import type { Erasable } from '#ports/removal.ts';
import { DeepSearch } from '#git/erase/deep-search.ts';
import { searchRaw } from '#git/erase/file-search.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { blobIds, Needles } from '#git/erase/needles.ts';
import { walkFiles, type WalkedFile } from '#git/erase/walk-files.ts';
import { isRepository, searchRepository } from './submodules.ts';

/** Directories that are looked into in their own way. */
const ELSEWHERE = /^(?:objects\/(?:incoming-|tmp_objdir-).*|modules|rr-cache|lost-found|heddle\/erase)$/s;
/** Git's own files of objects, likewise. Whatever else stands beside them, git does not look at. */
export const OF_OBJECTS =
  /^objects\/(?:[0-9a-f]{2}\/(?:[0-9a-f]{38}|[0-9a-f]{62})|(?:[0-9a-f]{2}\/)?tmp_[^/]*|pack\/(?:[^/]*\.(?:pack|idx|rev|bitmap|mtimes)|multi-pack-index[^/]*|tmp_[^/]*|\.tmp-[^/]*))$/s;
const BINARY_IDS = /(?:^|\/)(?:index|sharedindex)[^/]*\.lock$|(?:^|\/)index\.[^/]*$/;

/** What a path below the common directory is; the first that fits. */
const KINDS: readonly (readonly [RegExp, Residue['place'], Residue['owner']])[] = [
  [/^heddle\/quarantine\//, 'quarantine', 'heddle'],
  [/(?:^|\/)heddle\/(?:scan-|[a-z]+\.index)/, 'private-index', 'heddle'],
  [/(?:^|\/)heddle\//, 'local-record', 'heddle'],
  [/(?:^|\/)logs\//, 'reflog', 'heddle'],
  [/(?:^|\/)(?:rebase-merge|rebase-apply|sequencer|NOTES_MERGE_WORKTREE)\//, 'operation', 'git'],
  [/^lfs\//, 'lfs', 'user'],
  [/\.lock$/, 'temporary', 'git'],
  [/(?:^|\/)(?:refs\/|packed-refs$)/, 'ref', 'git'],
  [/(?:^|\/)[A-Z][A-Z0-9_-]*$/, 'pseudo-ref', 'heddle'],
  [/^objects\/info\//, 'derived', 'heddle'],
  [/^objects\/pack\//, 'pack', 'user'],
  [/^objects\//, 'loose-object', 'user'],
];
/** An id, whole or as it names a loose object. */
const ID_IN_NAME = /(?<![0-9a-f])[0-9a-f]{2}\/?(?:[0-9a-f]{62}|[0-9a-f]{38})(?![0-9a-f])/g;

/**
 * Every other file below the common directory: contents and salts, as they are and compressed, ids of removed blobs in
 * them and in their names. Repositories that somebody keeps there are looked through as such.
 */
export async function surveyOtherFiles(ground: EraseGround, target: Erasable): Promise<readonly Residue[]> {
  const { commonDir } = ground.places;
  const nested: WalkedDirectory[] = [];
  const enter = (relative: Buffer, path: Buffer): boolean => {
    if (ELSEWHERE.test(relative.toString('latin1'))) return false;
    const found = isRepository(path.toString());
    if (found) nested.push({ relative, path });
    return !found;
  };
  const search = new OtherFiles(ground, target);
  const residue: Residue[] = [];
  try {
    let done = 0;
    for (const file of walkFiles(commonDir, enter)) {
      residue.push(...(await search.look(file)));
      done += 1;
      ground.tell?.('looking through files', done, null);
    }
  } finally {
    await search.close();
  }
  for (const { relative, path } of nested) {
    const note = await searchRepository(ground, path.toString(), target);
    if (note === undefined) continue;
    residue.push({ place: 'submodule', where: nameless(relative), owner: 'user', note });
  }
  return residue;
}

type WalkedDirectory = Pick<WalkedFile, 'relative' | 'path'>;

class OtherFiles {
  readonly #raw: Needles;
  readonly #binary: Needles;
  readonly #ids: readonly string[];
  readonly #deep: DeepSearch;

  constructor(ground: EraseGround, target: Erasable) {
    this.#raw = Needles.inFiles(target);
    const ids = blobIds(target);
    this.#binary = Needles.ofBinaryIds(ids);
    this.#ids = [...ids].flatMap((id) => [id, `${id.slice(0, 2)}/${id.slice(2)}`]);
    this.#deep = new DeepSearch(ground, target);
  }

  async look(file: WalkedFile): Promise<readonly Residue[]> {
    const name = file.relative.toString('latin1');
    if (OF_OBJECTS.test(name)) return [];
    const note = await this.#noteOn(file, name);
    if (note === undefined) return [];
    const known = KINDS.find(([pattern]) => pattern.test(name));
    const [place, owner] =
      known === undefined ? (['cache', 'user'] as const) : ([known[1], known[2]] as const);
    return [{ place, where: place === 'lfs' ? 'lfs' : nameless(file.relative), owner, note }];
  }

  async close(): Promise<void> {
    await this.#deep.close();
  }

  async #noteOn({ kind, path, size }: WalkedFile, name: string): Promise<string | undefined> {
    const named = this.#ids.some((id) => name.includes(id)) ? 'names it' : undefined;
    if (kind === 'link') return named;
    if (size >= Math.min(this.#raw.shortest, this.#binary.shortest)) {
      const { content, trace } = searchRaw(path, this.#raw);
      if (content) return 'holds it';
      if (trace || (BINARY_IDS.test(name) && searchRaw(path, this.#binary).trace)) return 'names it';
    }
    return (await this.#deep.findsInside(path)) ? 'holds it, compressed' : named;
  }
}

/** Files may be named by what is in them: no answer holds such a name. */
function nameless(relative: Buffer): string {
  return escapePath(Buffer.from(relative.toString('latin1').replace(ID_IN_NAME, '(id)'), 'latin1'));
}
