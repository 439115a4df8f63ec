import type { Residue, ResiduePlace } from '#domain/results/removal-results.ts';
import { columns, type Terminal } from '#cli/terminal-text.ts';
import { countText } from '#cli/text/shared-lines.ts';

/** What each place is called, by one and by many. */
const NAMES: Readonly<Record<ResiduePlace, readonly [one: string, many: string]>> = {
  worktree: ['file in a work tree', 'files in work trees'],
  index: ['index of git', 'indexes of git'],
  'private-index': ['index of heddle', 'indexes of heddle'],
  'resolve-undo': ['entry for undoing a resolved conflict', 'entries for undoing resolved conflicts'],
  stash: ['stash', 'stashes'],
  reflog: ['reflog', 'reflogs'],
  'pseudo-ref': ['pseudo-ref', 'pseudo-refs'],
  ref: ['ref', 'refs'],
  operation: ['unfinished operation of git', 'unfinished operations of git'],
  'loose-object': ['loose object', 'loose objects'],
  pack: ['pack', 'packs'],
  temporary: ['temporary file', 'temporary files'],
  cache: ['cache', 'caches'],
  lfs: ['LFS object', 'LFS objects'],
  submodule: ['place in a submodule', 'places in submodules'],
  alternate: ['object store of another repository', 'object stores of other repositories'],
  derived: ['derived file', 'derived files'],
  'local-record': ['local record', 'local records'],
  quarantine: ['quarantine', 'quarantines'],
  similar: ['similar content', 'similar contents'],
};

/** What somebody can do about a place that heddle may not clear. */
const ADVICE: Readonly<Record<ResiduePlace, string>> = {
  worktree: 'take the content out of the file, or the file out of the work tree',
  index: 'stage the file again, or take it out of the index with `git rm --cached`',
  'private-index': 'run `heddle capture` in that worktree',
  'resolve-undo': 'run `git add` on the file again',
  stash: 'look at it with `git stash show`, then `git stash drop`',
  reflog: 'run `git reflog expire --expire=now` for it',
  'pseudo-ref': 'finish or abort what git is in the middle of there',
  ref: 'drop it where nobody needs it, or purge with --rewrite-git and tell whoever has a copy',
  operation: 'finish or abort it: merge, rebase, cherry-pick or bisect',
  'loose-object': 'see which ref or other repository still needs it',
  pack: 'see which ref or other repository still needs it, or what keeps the pack',
  temporary: 'let whatever writes it end, or remove what a killed process left',
  cache: 'remove the file: it is only a cache',
  lfs: 'run `git lfs prune`, and remove it from the LFS server',
  submodule: "redact and purge it in the submodule's own repository",
  alternate: 'purge it in that repository too: this clone borrows its objects',
  derived: 'run the purge again: it is remade each time',
  'local-record': 'run the purge again',
  quarantine: 'nothing: it stays so that the purge can be finished',
  similar: 'look yourself whether what was removed is in it',
};

/** What a purge destroys, by kind, counted. */
export function groupedLines(residue: readonly Residue[], terminal: Terminal): readonly string[] {
  return groups(residue.filter(isOurs)).map(([place, members]) => {
    const [first] = members;
    const where = members.length === 1 && first !== undefined ? `: ${whereText(first, terminal)}` : '';
    return `  ${countedName(place, members.length)}${where}`;
  });
}

function isOurs({ owner }: Residue): boolean {
  return owner === 'heddle';
}

/** What a purge destroys, every place on a line of its own, those of one kind together. */
export function listedLines(residue: readonly Residue[], terminal: Terminal): readonly string[] {
  const rows = groups(residue.filter(isOurs)).flatMap(([place, members]) =>
    members.map((one) => [`  ${NAMES[place][0]}`, whereText(one, terminal)]),
  );
  return columns(rows);
}

/** What a purge does not touch, and what somebody can do about each kind of it. */
export function blockingLines(residue: readonly Residue[], terminal: Terminal): readonly string[] {
  return advisedLines(
    residue.filter((one) => !isOurs(one)),
    (place) => ADVICE[place],
    terminal,
  );
}

/** Where what the tombstone does not cover may say the same: an intent, a reason. */
const QUOTING: ReadonlySet<ResiduePlace> = new Set(['local-record', 'loose-object', 'pack', 'reflog']);
const QUOTED =
  'purge again; where it stays something else says the same, and `heddle redact --find -` tells what hides that';

/** What should be gone by now and is not. */
export function stubbornLines(residue: readonly Residue[], terminal: Terminal): readonly string[] {
  return advisedLines(
    residue.filter((one) => isOurs(one) && one.place !== 'quarantine'),
    (place) =>
      QUOTING.has(place) ? QUOTED : 'this should be gone: purge again, and report it where it stays',
    terminal,
  );
}

function advisedLines(
  residue: readonly Residue[],
  adviceOn: (place: ResiduePlace) => string,
  terminal: Terminal,
): readonly string[] {
  return groups(residue).flatMap(([place, members]) => [
    `${terminal.paint('warn', '!')} ${countedName(place, members.length)}: ${adviceOn(place)}`,
    ...members.map((one) => `    ${whereText(one, terminal)}`),
  ]);
}

function whereText({ where, note }: Residue, terminal: Terminal): string {
  return terminal.safe(note === null ? where : `${where} (${note})`);
}

/** What a purge destroyed; the same words are counted. */
export function destroyedLines(destroyed: readonly string[], terminal: Terminal): readonly string[] {
  const counts = new Map<string, number>();
  for (const clause of destroyed) counts.set(clause, (counts.get(clause) ?? 0) + 1);
  const lines = [...counts].map(([clause, count]) =>
    count === 1 ? `  ${terminal.safe(clause)}` : `  ${terminal.safe(clause)} (${count} times)`,
  );
  return lines.length === 0 ? [] : ['destroyed:', ...lines];
}

function groups(residue: readonly Residue[]): readonly (readonly [ResiduePlace, readonly Residue[]])[] {
  const found = new Map<ResiduePlace, Residue[]>();
  for (const one of residue) found.set(one.place, [...(found.get(one.place) ?? []), one]);
  return [...found];
}

function countedName(place: ResiduePlace, count: number): string {
  const [one, many] = NAMES[place];
  return count === 1 ? one : countText(count, many, many);
}
