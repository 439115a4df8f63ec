import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { Residue } from '#domain/results.ts';
import type { Erasable } from '#ports/removal.ts';
import { searchRaw } from '#git/erase/file-search.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { blobIds, Needles } from '#git/erase/needles.ts';
import { walkFiles } from '#git/erase/walk-files.ts';

/** Looked into in their own way; everything else in the common directory is searched as it is. */
const ELSEWHERE = /^(?:objects\/(?:[0-9a-f]{2}|pack)|modules|rr-cache|lost-found|heddle\/erase)$/;
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
];

/** Every other file below the common directory, as it is: contents, salts, ids of removed blobs. */
export function surveyOtherFiles(
  { places: { commonDir } }: EraseGround,
  target: Erasable,
): readonly Residue[] {
  const needles = Needles.inFiles(target);
  const binary = Needles.ofBinaryIds(blobIds(target));
  const residue: Residue[] = [];
  for (const { kind, path, relative, size } of walkFiles(
    commonDir,
    (name) => !ELSEWHERE.test(name.toString('latin1')),
  )) {
    if (kind === 'link' || size < Math.min(needles.shortest, binary.shortest)) continue;
    const name = relative.toString('latin1');
    const { content, trace } = searchRaw(path, needles);
    const found = content || trace || (BINARY_IDS.test(name) && searchRaw(path, binary).trace);
    if (!found) continue;
    const known = KINDS.find(([pattern]) => pattern.test(name));
    const [place, owner] =
      known === undefined ? (['cache', 'user'] as const) : ([known[1], known[2]] as const);
    residue.push({ place, where: whereOf(place, relative), owner, note: content ? 'holds it' : 'names it' });
  }
  return residue;
}

/** Files of these places are named by what is in them. */
function whereOf(place: Residue['place'], relative: Buffer): string {
  return place === 'lfs' ? 'lfs' : escapePath(relative);
}
