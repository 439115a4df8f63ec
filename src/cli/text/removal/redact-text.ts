import { columns, type Terminal } from '#cli/terminal-text.ts';
import { countText, titled, type TextOf } from '#cli/text/shared-lines.ts';
import type { RedactResult, WorktreePath } from '#domain/results/removal-results.ts';
import { blockingLines, groupedLines } from './residue-lines.ts';

/** Text of `redact`: what to do outside first, then what was done, then what is left to do. */
export const redactText: TextOf<RedactResult> = (result, terminal) => [
  ...rotateLines(result, terminal),
  ...hiddenLines(result, terminal),
  ...worktreeLines(result, terminal),
  ...untilPurgeLines(result, terminal),
];

const ROTATE =
  'rotate the credential now, where it was issued: whoever has a copy still has it, whatever is done here';
const ROTATE_IF = 'if it was a credential, rotate it now, where it was issued: that comes before all else';

/** Rotating is what ends a leak; everything else is tidying up. */
function rotateLines({ reasonCode, rotatedAt }: RedactResult, terminal: Terminal): readonly string[] {
  if (rotatedAt !== null || (reasonCode !== 'credential' && reasonCode !== 'other')) return [];
  return [`${terminal.paint('warn', '!')} ${reasonCode === 'credential' ? ROTATE : ROTATE_IF}`];
}

function hiddenLines(result: RedactResult, terminal: Terminal): readonly string[] {
  const { tombstone, contents, parts, states, places, texts } = result;
  const isName = hidesName(result);
  if (texts.length > 0 && !isName) return textsLines(result, terminal);
  const count = countText(states.length, 'state');
  const what = isName
    ? 'a name'
    : parts === null
      ? 'it'
      : `${countText(parts, 'part')} of ${countText(contents, 'content')}`;
  const head =
    tombstone === null
      ? `${parts === null && !isName ? '' : `${what} `}would be hidden in ${count}:`
      : `tombstone ${terminal.id(tombstone)} hides ${what} in ${count}:`;
  const rows = places.map(({ thread, path, states: held }) => [
    `  ${terminal.safe(thread)}`,
    terminal.safe(path),
    countText(held, 'state'),
  ]);
  const told = [head, ...columns(rows, [(cell) => terminal.paint('place', cell)])];
  return isName && texts.length > 0 ? [...told, ...textsLines(result, terminal)] : told;
}

const STILL_NAMED =
  'still called so on disk: give them the name above, or another one, before the next capture:';
const WOULD_BE_NAMED = 'called so on disk, and to get another name before the next capture:';

function textsLines({ tombstone, texts }: RedactResult, terminal: Terminal): readonly string[] {
  const count = countText(texts.length, 'record');
  const head =
    tombstone === null
      ? `what is written beside ${count} would be hidden:`
      : `tombstone ${terminal.id(tombstone)} hides what is written beside ${count}:`;
  const rows = texts.map(({ record, what, thread }) => [
    `  ${terminal.id(record)}`,
    terminal.safe(what),
    thread === null ? '' : terminal.safe(thread),
  ]);
  return [head, ...columns(rows)];
}

/** A name hides no content, and what is written beside records has no place. */
function hidesName({ contents, places }: RedactResult): boolean {
  return contents === 0 && places.length > 0;
}

function worktreeLines(result: RedactResult, terminal: Terminal): readonly string[] {
  const { replaced, edited, tombstone } = result;
  if (hidesName(result))
    return fileLines(tombstone === null ? WOULD_BE_NAMED : STILL_NAMED, edited, terminal);
  return [
    ...fileLines(tombstone === null ? 'would be replaced on disk:' : 'replaced on disk:', replaced, terminal),
    ...fileLines(
      'left alone, because something else stands there; look whether it has the same in it:',
      edited,
      terminal,
    ),
  ];
}

function fileLines(title: string, files: readonly WorktreePath[], terminal: Terminal): readonly string[] {
  return titled(
    title,
    files.map(({ worktree, path }) => `  ${terminal.safe(`${worktree}/${path}`)}`),
  );
}

function untilPurgeLines(result: RedactResult, terminal: Terminal): readonly string[] {
  const { tombstone, residue, operation } = result;
  const held = [
    ...titled('this clone holds the bytes until they are purged:', groupedLines(residue, terminal)),
    ...titled('what a purge does not touch:', blockingLines(residue, terminal)),
  ];
  if (tombstone === null) return [...held, 'nothing was changed: this was a dry run'];
  const id = terminal.id(tombstone);
  return [
    ...held,
    'next:',
    ...columns([
      [`  heddle tombstone verify ${id}`, 'check what was done'],
      ...(result.parts === null ? [] : [['  heddle redact --find -', 'see where else the secret stands']]),
      [`  heddle purge ${id} --dry-run`, 'see what a purge would find'],
      [`  heddle purge ${id}`, 'destroy the bytes, as an owner'],
      // Named: the last operation may be another one by then.
      [
        `  heddle undo ${operation === null ? '' : terminal.id(operation)}`,
        'bring it back, as an owner, while nothing was purged',
      ],
    ]),
  ];
}
