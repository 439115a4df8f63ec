import type { RedactFindResult, SecretPlace, SecretPlaceKind } from '#domain/results/removal-results.ts';
import { shellLine } from '#domain/encoding/shell-line.ts';
import { columns, type Terminal } from '#cli/terminal-text.ts';
import { countText, type TextOf } from '#cli/text/shared-lines.ts';

const REWRITE =
  'redact it in states, then `heddle purge TOMBSTONE --rewrite-git`; what that leaves, git-filter-repo rewrites';

/** What a kind of place is called, and what to do about one of which heddle has no command. */
const KINDS: Readonly<Record<SecretPlaceKind, readonly [name: string, advice: string]>> = {
  file: ['file', ''],
  intent: ['intent of a state', ''],
  operation: ['line of the log', 'it stays in this clone: a log travels with nothing'],
  run: ['record of a run', 'it stays in this clone: a log travels with nothing'],
  request: ['request', 'heddle cannot hide it yet: it is public where the repository is'],
  record: [
    "record of heddle's",
    'grants, freezes and policies stay with their reasons, so rotate what they tell; `heddle undo` takes back an import',
  ],
  'git-file': ['file in Git', REWRITE],
  stash: ['stash', 'look at it with `git stash show`, then `git stash drop`'],
  note: ['note', 'remove it with `git notes remove`; their history keeps it until it is rewritten'],
  commit: ['message of a commit', REWRITE],
  tag: ['message of a tag', 'delete the tag, here and where it was pushed'],
  ref: ['name of a ref', 'rename it, here and where it was pushed'],
  name: ['name of a file', 'rename it; history keeps the name until it is rewritten'],
  index: ['index', 'stage the file again without it, or take it out with `git rm --cached`'],
  worktree: ['file on disk', 'take it out of the file, or the file away'],
  'git-dir': ['file of Git or heddle', 'a purge takes it out where it can; else let what keeps the file end'],
  unreachable: ['object that nothing reaches', 'a purge destroys it; so does `git gc --prune=now`'],
};

/** Text of `redact --find`. */
export const redactFindText: TextOf<RedactFindResult> = (result, terminal) => [
  ...(result.found ? foundLines(result.places, terminal) : ['it stands nowhere in this clone']),
  ...searchedLines(result, terminal),
];

function foundLines(places: readonly SecretPlace[], terminal: Terminal): readonly string[] {
  const kinds = new Map<SecretPlaceKind, SecretPlace[]>();
  for (const one of places) kinds.set(one.place, [...(kinds.get(one.place) ?? []), one]);
  return [
    `it stands in ${countText(places.length, 'place')}:`,
    ...[...kinds].flatMap(([kind, members]) => kindLines(kind, members, terminal)),
    ...cutLines(places),
    `${terminal.paint('warn', '!')} whoever has a copy still has it: rotate the credential now, where it was issued`,
  ];
}

/** A command above hides files as a whole. */
function cutLines(places: readonly SecretPlace[]): readonly string[] {
  const inFiles = places.some(({ fix, forms }) => fix !== null && forms.includes('plain'));
  return inFiles
    ? ['to hide the secret alone, in every file of every state that holds it as it is:', `  ${CUT}`]
    : [];
}

const CUT = 'heddle redact --match-file - --code credential --reason "a secret was captured by mistake"';

function kindLines(
  kind: SecretPlaceKind,
  members: readonly SecretPlace[],
  terminal: Terminal,
): readonly string[] {
  const [name, advice] = KINDS[kind];
  const rows = members.map((one) => [`  ${name}`, terminal.safe(one.where), howText(one, terminal)]);
  const fixes = new Set(members.flatMap(({ fix }) => (fix === null ? [] : [shellLine(fix)])));
  return [
    ...columns(rows, [(cell) => terminal.paint('place', cell)]),
    ...[...fixes].map((fix) => `    ${terminal.safe(fix)}`),
    ...(advice === '' || members.every(({ fix }) => fix !== null) ? [] : [`    ${advice}`]),
  ];
}

function howText({ thread, states, forms, note }: SecretPlace, terminal: Terminal): string {
  const encoded = forms.filter((form) => form !== 'plain');
  return [
    ...(thread === null ? [] : [`${countText(states, 'state')} of ${terminal.safe(thread)}`]),
    ...(encoded.length === 0 ? [] : [`as ${encoded.map(terminal.safe).join(', ')}`]),
    ...(note === null ? [] : [terminal.safe(note)]),
  ].join('; ');
}

function searchedLines({ searched, notSearched }: RedactFindResult, terminal: Terminal): readonly string[] {
  const { objects, operations, files } = searched;
  const counts = [
    countText(objects, 'object'),
    countText(files, 'file'),
    countText(operations, 'operation'),
  ].join(', ');
  return [`searched ${counts}`, ...notSearched.map((what) => `not searched: ${terminal.safe(what)}`)];
}
