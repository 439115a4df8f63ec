import { join } from 'node:path';
import type { Stats } from 'node:fs';
import type { ObjectId } from '#ports/objects.ts';
import type { FoundWorktreeFile, RemovedContent, WorktreeContents, WorktreeFile } from '#ports/removal.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { guardFiles } from '#git/private-file.ts';
import type { GitRunner } from '#git/run.ts';
import { readConversionSettings } from '#git/settings.ts';
import {
  checkedOut,
  findConversions,
  storedIds,
  type Conversion,
  type ConversionGround,
} from './conversions.ts';
import { holds, rawBlobId } from './file-bytes.ts';
import { replaceInPlace } from './replace-file.ts';
import { lookAt, walkFiles, type WalkedFile } from './walk-files.ts';
import { gitDirOf, identitiesOf, listWorkTrees, type WorkTree } from './work-trees.ts';

type Wanted = Pick<RemovedContent, 'blob' | 'bytes' | 'kind'>;

/** How many files git is asked about at once. */
const BATCH_FILES = 20_000;

/** Opens the files of every worktree of a clone; nothing is read by opening. */
export function openWorktreeContents(runner: GitRunner, places: RepositoryPlaces): WorktreeContents {
  return new GitWorktreeContents(runner, places);
}

class GitWorktreeContents implements WorktreeContents {
  readonly #runner: GitRunner;
  readonly #places: RepositoryPlaces;
  /** Files that were found to stand as they are stored: what replaces one needs no git. */
  readonly #plain = new Set<string>();

  constructor(runner: GitRunner, places: RepositoryPlaces) {
    this.#runner = runner;
    this.#places = places;
  }

  async find(contents: readonly Wanted[]): Promise<readonly FoundWorktreeFile[]> {
    if (contents.length === 0) return [];
    const trees = await listWorkTrees(this.#runner, this.#places);
    const avoid = identitiesOf([this.#places.commonDir, ...trees.map(({ gitDir }) => gitDir)]);
    const found: FoundWorktreeFile[] = [];
    for (const tree of trees) found.push(...(await this.#findIn(tree, avoid, contents)));
    return found;
  }

  async blobAt(file: WorktreeFile): Promise<ObjectId | undefined> {
    const standing = this.#lookAt(file);
    if (standing === undefined) return undefined;
    return (await this.#storedForm(standing)) ?? standing.raw;
  }

  async replace(file: WorktreeFile, expected: ObjectId, bytes: Uint8Array): Promise<boolean> {
    const standing = this.#lookAt(file);
    if (standing === undefined) return false;
    const { raw, stat, parent, name } = standing;
    if (raw !== expected && (await this.#storedForm(standing)) !== expected) return false;
    const plain = raw === expected && this.#plain.has(keyOf(file));
    const written = plain || !stat.isFile() ? bytes : await this.#checkedOut(standing, bytes);
    const isExpected = (): boolean => {
      const now = this.#lookAt(file);
      return now?.raw === raw && now.stat.isFile() === stat.isFile();
    };
    return guardFiles(standing.absolute, () =>
      replaceInPlace({ parent, name, stat, bytes: written, isExpected }),
    );
  }

  async #findIn(
    tree: WorkTree,
    avoid: ReadonlySet<string>,
    contents: readonly Wanted[],
  ): Promise<readonly FoundWorktreeFile[]> {
    const found: FoundWorktreeFile[] = [];
    const others: WalkedFile[] = [];
    const ask = async (): Promise<void> => {
      found.push(...(await this.#findConverted(tree, others.splice(0), contents)));
    };
    const root = Buffer.from(`${tree.directory}/`);
    for (const file of walkFiles(tree.directory, avoid)) {
      const content = sameSize(contents, file).find(({ bytes }) =>
        holds(Buffer.concat([root, file.path]), file.kind, bytes),
      );
      if (content !== undefined) found.push(foundAt(tree, file, content.blob));
      else if (file.kind === 'file') others.push(file);
      if (others.length >= BATCH_FILES) await ask();
    }
    await this.#notePlain(tree, found);
    await ask();
    return found.toSorted((a, b) => Buffer.compare(a.path, b.path));
  }

  /** Asked of all at once: a content may stand at thousands of paths. */
  async #notePlain(tree: WorkTree, found: readonly FoundWorktreeFile[]): Promise<void> {
    if (found.length === 0) return;
    const conversions = await findConversions(
      await this.#groundOf(tree),
      found.map(({ path }) => path),
    );
    for (const [index, file] of found.entries()) {
      if (conversions[index] === undefined) this.#plain.add(keyOf(file));
    }
  }

  async #checkedOut(standing: Standing, bytes: Uint8Array): Promise<Uint8Array> {
    const ground = await this.#groundOf(standing);
    const [conversion] = await findConversions(ground, [standing.path]);
    return conversion === undefined ? bytes : checkedOut(ground, standing.path, bytes);
  }

  /** Files of other bytes that Git would store as one of the contents. */
  async #findConverted(
    tree: WorkTree,
    files: readonly WalkedFile[],
    contents: readonly Wanted[],
  ): Promise<readonly FoundWorktreeFile[]> {
    const wanted = contents.filter(({ kind }) => kind === 'file');
    if (wanted.length === 0 || files.length === 0) return [];
    const ground = await this.#groundOf(tree);
    const paths = files.map(({ path }) => path);
    const conversions = await findConversions(ground, paths);
    const candidates = files.filter((file, index) =>
      wanted.some(({ bytes }) => mayBecome(conversions[index], file.size, bytes.length)),
    );
    if (candidates.length === 0) return [];
    const blobs = new Set(wanted.map(({ blob }) => blob));
    const stored = await storedIds(
      ground,
      candidates.map(({ path }) => path),
    );
    return candidates.flatMap((file, index) => {
      const id = stored[index];
      return id !== undefined && blobs.has(id) ? [foundAt(tree, file, id)] : [];
    });
  }

  async #groundOf({ directory, gitDir }: WorkTree): Promise<ConversionGround> {
    const runner = this.#runner.at(directory);
    // Read each time: a filter that somebody configures meanwhile must not run either.
    return { runner, indexFile: join(gitDir, 'index'), settings: await readConversionSettings(runner) };
  }

  /** The blob that Git would store; undefined where it would store what stands there, or nothing. */
  async #storedForm(standing: Standing): Promise<ObjectId | undefined> {
    if (!standing.stat.isFile()) return undefined;
    const ground = await this.#groundOf(standing);
    const [conversion] = await findConversions(ground, [standing.path]);
    return conversion === undefined ? undefined : (await storedIds(ground, [standing.path]))[0];
  }

  /** What stands at a path of a work tree of this clone, if every directory on the way is one of that work tree. */
  #lookAt({ directory, path }: WorktreeFile): Standing | undefined {
    const gitDir = gitDirOf(this.#places, directory);
    if (gitDir === undefined || !isPlain(path)) return undefined;
    const root = Buffer.from(`${directory}/`);
    const end = path.lastIndexOf(SLASH) + 1;
    for (let slash = path.indexOf(SLASH); slash !== -1; slash = path.indexOf(SLASH, slash + 1)) {
      const passed = Buffer.concat([root, path.subarray(0, slash)]);
      if (lookAt(passed)?.isDirectory() !== true) return undefined;
      if (lookAt(Buffer.concat([passed, Buffer.from('/.git')])) !== undefined) return undefined;
    }
    const absolute = Buffer.concat([root, path]);
    const stat = lookAt(absolute);
    if (stat?.isFile() !== true && stat?.isSymbolicLink() !== true) return undefined;
    const raw = guardFiles(absolute, () => rawBlobId(absolute, stat));
    if (raw === undefined) return undefined;
    const parent = Buffer.concat([root, path.subarray(0, end)]);
    return { directory, gitDir, path, absolute, parent, name: Buffer.from(path.subarray(end)), stat, raw };
  }
}

/** A file or link that stands in a work tree. */
interface Standing extends WorkTree {
  readonly path: Uint8Array;
  readonly absolute: Buffer;
  readonly parent: Buffer;
  readonly name: Buffer;
  readonly stat: Stats;
  /** Id of a blob of just its bytes. */
  readonly raw: ObjectId;
}

const SLASH = 0x2f;

function keyOf({ directory, path }: WorktreeFile): string {
  return `${directory}\0${Buffer.from(path).toString('latin1')}`;
}

/** Tells whether a path has nothing in it that leads elsewhere. */
function isPlain(path: Uint8Array): boolean {
  const text = Buffer.from(path).toString('latin1');
  return !text.includes('\0') && !text.split('/').some((name) => ['', '.', '..', '.git'].includes(name));
}

function sameSize(contents: readonly Wanted[], file: WalkedFile): readonly Wanted[] {
  return contents.filter(({ kind, bytes }) => kind === file.kind && bytes.length === file.size);
}

function foundAt({ directory }: WorkTree, { path }: WalkedFile, blob: ObjectId): FoundWorktreeFile {
  return { directory, path: new Uint8Array(path), blob };
}

/** Tells whether a file of one size may be stored as a content of another. */
function mayBecome(conversion: Conversion | undefined, size: number, stored: number): boolean {
  switch (conversion) {
    case 'any':
      return true;
    case 'ident':
      return size >= stored;
    case 'line-endings':
      return size > stored && size <= 2 * stored;
    default:
      return false;
  }
}
