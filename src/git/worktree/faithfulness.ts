import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { RepositoryPlaces, UnfaithfulFile } from '#ports/repository.ts';
import { failedWith, guardFiles, makePrivateDirectory } from '#git/private-file.ts';
import { LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import type { RepositorySettings } from '#git/settings.ts';
import { readAttributes } from './attributes.ts';
import { absolutePath } from './changed-files.ts';
import { joinRecords } from './records.ts';

export interface FaithfulnessGround {
  readonly runner: GitRunner;
  readonly places: RepositoryPlaces;
  readonly indexFile: string;
  /** Scratch space, thrown away by the caller. */
  readonly directory: string;
  readonly settings: RepositorySettings;
}

const NAMES = ['working-tree-encoding', 'filter', 'ident', 'eol', 'text', 'crlf'] as const;
const CARRIAGE_RETURN = 0x0d;
const PIECE_BYTES = 65_536;

interface Suspect {
  readonly path: Uint8Array;
  readonly why: string;
}

/**
 * Has git write, beside the work tree, those files that a conversion may touch, and compares them byte by byte
 * with what stands in the work tree. Links, submodules and files that are gone are passed over.
 */
export async function findUnfaithful(
  ground: FaithfulnessGround,
  paths: readonly Uint8Array[],
): Promise<readonly UnfaithfulFile[]> {
  const files = paths.filter((path) => isFile(absolutePath(ground.places, path)));
  const suspects = await findSuspects(ground, files);
  if (suspects.length === 0) return [];
  const output = join(ground.directory, 'checkout');
  makePrivateDirectory(output);
  // Exit 1: some path is not in the index any more; it is then not there to compare.
  await ground.runner.run({
    args: ['checkout-index', '-z', '--stdin', '--quiet', `--prefix=${output}/`],
    stdin: joinRecords(suspects.map(({ path }) => path)),
    indexFile: ground.indexFile,
    settings: ground.settings.overrides,
    accept: [1, 128],
    deadlineMs: LONG_DEADLINE_MS,
  });
  return suspects.filter(({ path }) => {
    const checkedOut = Buffer.concat([Buffer.from(`${output}/`), path]);
    return !isFile(checkedOut) || !sameContent(checkedOut, absolutePath(ground.places, path));
  });
}

async function findSuspects(
  { runner, places, indexFile, settings }: FaithfulnessGround,
  paths: readonly Uint8Array[],
): Promise<readonly Suspect[]> {
  const question = { indexFile, settings: settings.overrides, names: NAMES };
  const attributes = await readAttributes(runner, paths, question);
  return paths.flatMap((path, index) => {
    const why = suspicion(attributes[index] ?? new Map(), settings, () =>
      holdsCarriageReturn(absolutePath(places, path)),
    );
    return why === undefined ? [] : [{ path, why }];
  });
}

/** What could make a checkout differ, in the order in which Git would say it; undefined where nothing can. */
function suspicion(
  attributes: ReadonlyMap<string, string>,
  { convertsLineEndings }: RepositorySettings,
  hasCarriageReturn: () => boolean,
): string | undefined {
  const value = (name: (typeof NAMES)[number]): string | undefined => {
    const found = attributes.get(name);
    return found === undefined || found === 'unspecified' || found === 'unset' ? undefined : found;
  };
  const encoding = value('working-tree-encoding');
  if (encoding !== undefined) return `working-tree-encoding=${encoding}`;
  const filter = value('filter');
  if (filter !== undefined) return `filter=${filter}`;
  if (value('ident') !== undefined) return 'ident';
  for (const name of ['eol', 'text', 'crlf'] as const) {
    const found = value(name);
    if (found === undefined) continue;
    // Where a checkout writes only LF, a file without CR has nothing that could change.
    const writesCr = convertsLineEndings || found === 'crlf' || name === 'crlf';
    return writesCr || hasCarriageReturn() ? `line endings (${name}=${found})` : undefined;
  }
  return convertsLineEndings && attributes.get('text') !== 'unset'
    ? 'line endings (core.autocrlf)'
    : undefined;
}

function isFile(path: Buffer): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch (cause) {
    if (failedWith(cause, 'ENOTDIR', 'EACCES', 'ENAMETOOLONG')) return false;
    return guardFiles(path, () => {
      throw cause;
    });
  }
}

function holdsCarriageReturn(path: Buffer): boolean {
  return readPieces(path, (read) => {
    const piece = Buffer.alloc(PIECE_BYTES);
    for (let length = read(piece); length > 0; length = read(piece)) {
      if (piece.subarray(0, length).includes(CARRIAGE_RETURN)) return true;
    }
    return false;
  });
}

function sameContent(a: Buffer, b: Buffer): boolean {
  return readPieces(a, (readA, sizeA) =>
    readPieces(b, (readB, sizeB) => {
      if (sizeA !== sizeB) return false;
      const [pieceA, pieceB] = [Buffer.alloc(PIECE_BYTES), Buffer.alloc(PIECE_BYTES)];
      for (let left = sizeA; left > 0;) {
        const lengthA = readA(pieceA);
        const lengthB = readB(pieceB);
        if (lengthA !== lengthB || lengthA === 0) return false;
        if (!pieceA.subarray(0, lengthA).equals(pieceB.subarray(0, lengthB))) return false;
        left -= lengthA;
      }
      return true;
    }),
  );
}

function readPieces<T>(path: Buffer, use: (read: (piece: Buffer) => number, size: number) => T): T {
  return guardFiles(path, () => {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return use((piece) => readSync(fd, piece), fstatSync(fd).size);
    } finally {
      closeSync(fd);
    }
  });
}
