import { join, relative } from 'node:path';
import { listGitDirs, type EraseGround } from './ground.ts';
import { isRealDirectory } from './store/real-files.ts';
import { walkFiles, type WalkedFile } from './walk-files.ts';

/** What a temporary file was to become: a loose object, a pack, or a file of another kind. */
export type TemporaryKind = 'object' | 'pack' | 'other';

/** A file that no program needs once the one that wrote it has ended. */
export interface Temporary {
  readonly path: Buffer;
  /** Below the common directory, in raw bytes. */
  readonly relative: Buffer;
}

const OF_OBJECTS = /^(?:(?:[0-9a-f]{2}\/)?tmp_[^/]*|(?:incoming-|tmp_objdir-)[^/]*\/.*)$/s;
const OF_PACKS = /^pack\/(?:tmp_|\.tmp-)[^/]*$/s;
const OF_LFS = /^(?:tmp|incomplete)\//;
const OF_HEDDLE = /(?:\.new|\.tmp|\.adopted)$|(?:^|\/)(?:tmp|scan-[^/]*)\//;

/** Temporary files of git, of Git LFS and of heddle, and packs without an index, which git does not use. */
export function listTemporaries(ground: EraseGround, kind: TemporaryKind): readonly Temporary[] {
  const { commonDir } = ground.places;
  switch (kind) {
    case 'object':
      return below(commonDir, 'objects', (name) => OF_OBJECTS.test(name));
    case 'pack':
      return [...below(commonDir, 'objects', (name) => OF_PACKS.test(name)), ...orphanPacks(commonDir)];
    case 'other':
      return [
        ...below(commonDir, 'lfs', (name) => OF_LFS.test(name)),
        ...listGitDirs(ground).flatMap((gitDir) =>
          below(commonDir, relative(commonDir, join(gitDir, 'heddle')), (name) => OF_HEDDLE.test(name)),
        ),
      ];
  }
}

function below(commonDir: string, name: string, wanted: (relative: string) => boolean): readonly Temporary[] {
  const root = join(commonDir, name);
  if (!isRealDirectory(root)) return [];
  return [...walkFiles(root)]
    .filter((file) => file.kind === 'file' && wanted(file.relative.toString('latin1')))
    .map((file) => inCommon(name, file));
}

function inCommon(name: string, file: WalkedFile): Temporary {
  return { path: file.path, relative: Buffer.concat([Buffer.from(`${name}/`), file.relative]) };
}

/** A pack whose index is gone, or an index whose pack is: what is left of a deletion that was cut off. */
function orphanPacks(commonDir: string): readonly Temporary[] {
  const root = join(commonDir, 'objects', 'pack');
  if (!isRealDirectory(root)) return [];
  const files = [...walkFiles(root, () => false)].filter(({ kind }) => kind === 'file');
  const names = new Set(files.map(({ relative }) => relative.toString('latin1')));
  const other = { '.pack': '.idx', '.idx': '.pack' } as const;
  return files
    .filter(({ relative }) => {
      const match = /^(.*)(\.pack|\.idx)$/s.exec(relative.toString('latin1'));
      const ending = match?.[2] === '.pack' || match?.[2] === '.idx' ? match[2] : undefined;
      return ending !== undefined && !names.has(`${match?.[1] ?? ''}${other[ending]}`);
    })
    .map((file) => inCommon('objects/pack', file));
}
