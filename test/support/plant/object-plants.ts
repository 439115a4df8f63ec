import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import type { Ground } from './ground.ts';
import type { Plant } from './plant.ts';

const LOOSE: Plant = {
  name: 'a loose object',
  when: 'captured',
  step: 'objects',
  plant: (ground) => void ground.input(['hash-object', '-w', '--stdin'], ground.content),
  isPlanted: (ground) => existsSync(ground.looseFile()),
};

const PACKED: Plant = {
  name: 'a pack',
  when: 'captured',
  step: 'packs',
  plant: (ground) => void ground.git('repack', '-adq'),
  isPlanted: (ground) => !existsSync(ground.looseFile()) && ground.packed().length === 1,
};

/** The neighbour is then stored as what has to be changed in the content: it has to be stored anew. */
const DELTA_BASE: Plant = {
  name: 'the base of a delta in a pack',
  when: 'captured',
  step: 'packs',
  plant: (ground) => {
    const neighbour = ground.input(['hash-object', '-w', '--stdin'], ground.neighbour);
    const names = `${ground.blob} ${ground.path}\n${neighbour} ${ground.path}\n`;
    ground.input(['pack-objects', '-q', join(ground.objects, 'pack', 'pack')], names);
    ground.git('prune-packed', '-q');
  },
  isPlanted: (ground) => {
    const neighbour = ground.input(['hash-object', '--stdin'], ground.neighbour);
    const isBase = ground.packed(neighbour).some(({ words }) => words.at(-1) === ground.blob);
    return isBase && !existsSync(ground.looseFile());
  },
};

const KEPT: Plant = {
  name: 'a pack with a .keep file',
  when: 'captured',
  step: 'packs',
  plant: (ground) => {
    ground.git('repack', '-adq');
    for (const pack of ground.packs()) writeFileSync(pack.replace(/pack$/, 'keep'), 'a reason to keep it\n');
  },
  isPlanted: (ground) =>
    !existsSync(ground.looseFile()) &&
    ground.packed().some(({ pack }) => existsSync(pack.replace(/pack$/, 'keep'))),
};

const CRUFT: Plant = {
  name: 'a cruft pack',
  when: 'redacted',
  step: 'packs',
  plant: (ground) => {
    ground.commitHolding();
    ground.git('repack', '--cruft', '-dq');
  },
  isPlanted: (ground) =>
    !existsSync(ground.looseFile()) &&
    ground.packed().some(({ pack }) => existsSync(pack.replace(/pack$/, 'mtimes'))),
};

const UNREACHABLE: Plant = {
  name: 'a commit that nothing reaches',
  when: 'redacted',
  step: 'objects',
  plant: (ground) => void ground.commitHolding('nothing reaches this'),
  isPlanted: (ground) =>
    ground
      .git('fsck', '--unreachable', '--no-reflogs', '--no-progress')
      .split('\n')
      .some((line) => line === `unreachable blob ${ground.blob}`),
};

/** Its message quotes what it stands for, as release notes do. */
const TAG: Plant = {
  name: 'a tag that was deleted',
  when: 'redacted',
  step: 'objects',
  plant: (ground) => {
    const message = ['-m', 'release', '-m', ground.content];
    ground.git('tag', '-a', '--cleanup=verbatim', ...message, 'release', ground.commitHolding('released'));
    ground.git('tag', '-d', 'release');
  },
  isPlanted: (ground) =>
    /^unreachable tag /m.test(ground.git('fsck', '--unreachable', '--no-reflogs', '--no-progress')),
};

/** Everything that git derives from packs, and that tells ids of what is to go. */
const DERIVED: Plant = {
  name: 'a pack behind a multi-pack-index with a bitmap, and a commit-graph',
  when: 'captured',
  step: 'packs',
  plant: (ground) => {
    ground.git('repack', '-adq');
    ground.input(['hash-object', '-w', '--stdin'], 'a second pack\n');
    ground.git('repack', '-q', '--write-midx', '-b', '-d', '-a');
    ground.git('commit-graph', 'write', '--reachable', '--changed-paths');
  },
  isPlanted: (ground) => {
    const names = readdirSync(join(ground.objects, 'pack'));
    const isThere = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
    return (
      isThere(/^multi-pack-index$/) &&
      isThere(/^multi-pack-index-.*\.bitmap$/) &&
      existsSync(join(ground.objects, 'info', 'commit-graph')) &&
      ground.packed().length === 1 &&
      !existsSync(ground.looseFile())
    );
  },
};

const temporaryObject = (ground: Ground): string =>
  join(ground.objects, ground.blob.slice(0, 2), 'tmp_obj_Ab3dEf');

/** What a git leaves that was killed while it wrote; cut off, as the file was not finished. */
const TEMPORARY_OBJECT: Plant = {
  name: 'a temporary object',
  when: 'captured',
  step: 'objects',
  plant: (ground) => {
    const bytes = deflateSync(`blob ${Buffer.byteLength(ground.content)}\0${ground.content}`);
    // Without the checksum at its end: everything of the content is there.
    ground.write(temporaryObject(ground), bytes.subarray(0, bytes.length - 4));
  },
  isPlanted: (ground) =>
    existsSync(temporaryObject(ground)) &&
    inflateSync(readFileSync(temporaryObject(ground)), { finishFlush: 2 }).includes(ground.content),
};

const temporaryPack = (ground: Ground): string => join(ground.objects, 'pack', 'tmp_pack_Ab3dEf');

const TEMPORARY_PACK: Plant = {
  name: 'a temporary pack',
  when: 'captured',
  step: 'packs',
  plant: (ground) => {
    ground.input(['hash-object', '-w', '--stdin'], ground.content);
    const stem = ground.beside('made');
    ground.input(['pack-objects', '-q', '--window=0', stem], `${ground.blob}\n`);
    const directory = join(stem, '..');
    for (const name of readdirSync(directory)) {
      const made = join(directory, name);
      if (!made.startsWith(`${stem}-`)) continue;
      mkdirSync(join(ground.objects, 'pack'), { recursive: true });
      if (name.endsWith('.pack')) copyFileSync(made, temporaryPack(ground));
      rmSync(made);
    }
  },
  isPlanted: (ground) => {
    if (!existsSync(temporaryPack(ground))) return false;
    const index = `${ground.beside('made')}.idx`;
    ground.git('index-pack', '-o', index, temporaryPack(ground));
    const listed = ground.input(['show-index'], readFileSync(index));
    rmSync(index);
    return listed.includes(ground.blob);
  },
};

const incoming = (ground: Ground): string => join(ground.objects, 'tmp_objdir-incoming-Ab3dEf');

/** Where git keeps what it receives until it has checked it; a killed fetch or push leaves it. */
const INCOMING: Plant = {
  name: 'a directory of objects that were on their way in',
  when: 'captured',
  step: 'objects',
  plant: (ground) => {
    ground.write(join(incoming(ground), 'pack', 'none'), '');
    const env = { GIT_OBJECT_DIRECTORY: incoming(ground) };
    ground.input(['hash-object', '-w', '--stdin'], ground.content, env);
  },
  isPlanted: (ground) =>
    existsSync(incoming(ground)) &&
    ground
      .input(['cat-file', '--batch-all-objects', '--batch-check'], '', {
        GIT_OBJECT_DIRECTORY: incoming(ground),
      })
      .includes(ground.blob),
};

const LOST_FOUND: Plant = {
  name: 'lost-found',
  when: 'first',
  step: 'caches',
  plant: (ground) => {
    ground.input(['hash-object', '-w', '--stdin'], ground.content);
    ground.git('fsck', '--lost-found', '--no-progress');
  },
  isPlanted: (ground) => {
    const file = join(ground.gitDirectory, 'lost-found', 'other', ground.blob);
    return existsSync(file) && readFileSync(file, 'utf8') === ground.content;
  },
};

/** Places in the object store, and beside it. */
export const OBJECT_PLANTS: readonly Plant[] = [
  LOOSE,
  PACKED,
  DELTA_BASE,
  KEPT,
  CRUFT,
  UNREACHABLE,
  TAG,
  DERIVED,
  TEMPORARY_OBJECT,
  TEMPORARY_PACK,
  INCOMING,
  LOST_FOUND,
];
