import type {
  PurgeResult,
  RedactResult,
  TombstoneActResult,
  TombstoneListResult,
  TombstoneShowResult,
  TombstoneSummary,
  TombstoneVerifyResult,
  WorktreePath,
} from '#domain/results/removal-results.ts';
import type { Instant } from '#domain/time.ts';
import { columns, type Terminal } from '#cli/terminal-text.ts';
import { blockingLines, destroyedLines, groupedLines, listedLines, stubbornLines } from './residue-lines.ts';
import { isInGit, rewriteOutcome, rewritePreview } from './removal/rewrite-text.ts';
import { countText, fieldLines, findingLines, whoText, type TextOf } from './shared-lines.ts';

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

const UNROTATED =
  'nobody said that this credential was rotated: rotating it ends the leak, destroying copies does not';

/** Rotating is what ends a leak; everything else is tidying up. */
function rotateLines({ reasonCode, rotatedAt }: RedactResult, terminal: Terminal): readonly string[] {
  if (rotatedAt !== null || (reasonCode !== 'credential' && reasonCode !== 'other')) return [];
  return [`${terminal.paint('warn', '!')} ${reasonCode === 'credential' ? ROTATE : ROTATE_IF}`];
}

function hiddenLines(result: RedactResult, terminal: Terminal): readonly string[] {
  const { tombstone, contents, parts, states, places, texts } = result;
  if (texts.length > 0) return textsLines(result, terminal);
  const count = countText(states.length, 'state');
  const what = parts === null ? 'it' : `${countText(parts, 'part')} of ${countText(contents, 'content')}`;
  const head =
    tombstone === null
      ? `${parts === null ? '' : `${what} `}would be hidden in ${count}:`
      : `tombstone ${terminal.id(tombstone)} hides ${what} in ${count}:`;
  const rows = places.map(({ thread, path, states: held }) => [
    `  ${terminal.safe(thread)}`,
    terminal.safe(path),
    countText(held, 'state'),
  ]);
  return [head, ...columns(rows, [(cell) => terminal.paint('place', cell)])];
}

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

function worktreeLines({ replaced, edited, tombstone }: RedactResult, terminal: Terminal): readonly string[] {
  return [
    ...fileLines(tombstone === null ? 'would be replaced on disk:' : 'replaced on disk:', replaced, terminal),
    ...fileLines(
      'left alone, because something else stands there; look whether it has the same in it:',
      edited,
      terminal,
    ),
  ];
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines];
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

/** Text of `purge`. */
export const purgeText: TextOf<PurgeResult> = (result, terminal) => {
  const { tombstone, outcome, states, destroyed, residue } = result;
  const unrotated = result.reasonCode === 'credential' && result.rotatedAt === null;
  const warning = unrotated ? [`${terminal.paint('warn', '!')} ${UNROTATED}`] : [];
  const id = terminal.id(tombstone);
  if (outcome === null) {
    return [
      ...warning,
      `what ${id} hides, of ${countText(states.length, 'state')}, stands in ${countText(residue.length, 'place')}`,
      ...titled('a purge destroys it in:', listedLines(residue, terminal)),
      ...titled('a purge does not touch:', blockingLines(residue, terminal)),
      ...rewritePreview(result, terminal),
      'nothing was changed: this was a dry run',
    ];
  }
  const done = outcome === 'complete' ? completeText(id, terminal) : incompleteText(result, terminal);
  return [
    ...warning,
    done,
    ...destroyedLines(destroyed, terminal),
    ...rewriteOutcome(result, terminal),
    ...remainingLines(result, terminal),
  ];
};

function completeText(id: string, terminal: Terminal): string {
  const word = terminal.paint('good', 'purged');
  return `${word}: nothing that ${id} hid is left in this clone, and a signed receipt says so`;
}

function incompleteText({ tombstone, residue }: PurgeResult, terminal: Terminal): string {
  const word = terminal.paint('bad', 'incomplete');
  const left = residue.filter(({ place }) => place !== 'quarantine' && place !== 'similar');
  return `${word}: what ${terminal.id(tombstone)} hides still stands in ${countText(left.length, 'place')}`;
}

function remainingLines(result: PurgeResult, terminal: Terminal): readonly string[] {
  const { outcome, residue, tombstone } = result;
  if (outcome === 'complete') {
    return [
      ...titled('worth a look:', blockingLines(residue, terminal)),
      'of other clones, hosts and backups nothing is known here:',
      `  heddle tombstone show ${terminal.id(tombstone)}  lists the clones that confirmed`,
    ];
  }
  return [
    ...stubbornLines(residue, terminal),
    ...blockingLines(residue, terminal),
    'next:',
    `  heddle purge ${terminal.id(tombstone)}  again, when these places are clear`,
    ...(isInGit(result)
      ? [
          `  heddle purge ${terminal.id(tombstone)} --rewrite-git --dry-run  see what rewriting Git's history would change`,
        ]
      : []),
  ];
}

const STATUS_PAINT = { redacted: 'warn', lifted: 'faint', purging: 'bad', purged: 'good' } as const;

/** Text of `tombstone list`. */
export const tombstoneListText: TextOf<TombstoneListResult> = ({ tombstones, findings }, terminal) => {
  const damaged = findingLines(findings, terminal);
  if (tombstones.length === 0 && damaged.length === 0) return ['no tombstones: nothing was ever redacted'];
  const rows = tombstones.map((one) => [
    one.tombstone.slice(0, SHORT),
    one.status,
    one.reasonCode,
    terminal.time(one.at),
    terminal.safe(one.actor.principal),
    terminal.safe([pathsText(one.paths), one.reason ?? ''].filter((part) => part !== '').join(': ')),
  ]);
  return [...columns(rows, [(cell) => terminal.paint('id', cell)]), ...damaged];
};

/** Letters of an id with its prefix, as {@link Terminal.id} shows them; unpainted, so that columns can count. */
const SHORT = 11;

function pathsText([first, ...others]: readonly string[]): string {
  if (first === undefined) return '';
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

/** Text of `tombstone show`. */
export const tombstoneShowText: TextOf<TombstoneShowResult> = (result, terminal) => [
  `tombstone ${terminal.paint('id', terminal.safe(result.tombstone))} is ${terminal.paint(STATUS_PAINT[result.status], result.status)}`,
  ...fieldLines({
    code: result.reasonCode,
    reason: result.reason === null ? 'redacted itself' : terminal.safe(result.reason),
    by: actorLine(result, terminal),
    at: terminal.time(result.at),
    rotated: rotatedText(result, terminal),
    covers: coversText(result),
    signature: signatureText(result.attestation, terminal),
  }),
  ...result.paths.map((path) => `  ${terminal.safe(path)}`),
  ...result.texts.map((record) => `  ${terminal.id(record)}`),
  ...actLines('lifted', result.lifts, terminal),
  ...actLines('purge ordered', result.purges, terminal),
  ...receiptLines(result, terminal),
];

/** Files, or records beside which something was written. */
function coversText({ covers, texts }: TombstoneSummary): string {
  return texts.length === 0 ? countText(covers, 'file') : countText(texts.length, 'record');
}

function actorLine({ actor }: TombstoneSummary, terminal: Terminal): string {
  return whoText(actor.principal, actor.agent === null ? [] : [actor.agent], terminal);
}

function rotatedText({ rotatedAt, reasonCode }: TombstoneSummary, terminal: Terminal): string | null {
  if (rotatedAt !== null) return terminal.time(rotatedAt);
  return reasonCode === 'credential' ? terminal.paint('warn', 'nobody said so') : null;
}

function signatureText(attestation: TombstoneSummary['attestation'], terminal: Terminal): string {
  return terminal.paint(attestation === 'verified' ? 'good' : 'bad', attestation);
}

function actLines(what: string, acts: readonly TombstoneActResult[], terminal: Terminal): readonly string[] {
  return acts.map(({ by, at, reason, attestation }) => {
    const why = reason === null || reason === '' ? '' : `: ${terminal.safe(reason)}`;
    return `${what} by ${terminal.safe(by)} at ${terminal.time(at)}, ${signatureText(attestation, terminal)}${why}`;
  });
}

function receiptLines({ receipts, unconfirmed }: TombstoneShowResult, terminal: Terminal): readonly string[] {
  const here = receipts.find((receipt) => receipt.here)?.replica;
  const nameOf = (replica: string): string =>
    terminal.safe(replica.slice(0, SHORT)) + (replica === here ? ' (this clone)' : '');
  const rows = receipts.map(({ replica, at, outcome, attestation }) => [
    `  ${nameOf(replica)}`,
    outcome === 'complete' ? 'nothing left' : 'incomplete',
    terminal.time(at),
    attestation,
  ]);
  // What an earlier try left is told by no later one.
  const newest = new Map(receipts.toSorted(byTime).map((receipt) => [receipt.replica, receipt]));
  const places = [...newest.values()].flatMap((receipt) =>
    receipt.places.map((place) => `  ${nameOf(receipt.replica)}: ${terminal.safe(place)}`),
  );
  const silent = unconfirmed.map((replica) => `  ${nameOf(replica)}`);
  return [
    ...titled('clones that say what they destroyed:', columns(rows)),
    ...titled('where it still stood at the last try:', places),
    ...titled('clones that are not known to have destroyed all of it:', silent),
  ];
}

function byTime(a: { readonly at: Instant }, b: { readonly at: Instant }): number {
  return a.at < b.at ? -1 : Number(a.at > b.at);
}

/** Text of `tombstone verify`. */
export const tombstoneVerifyText: TextOf<TombstoneVerifyResult> = ({ ok, checked, findings }, terminal) => {
  const counts = Object.entries(checked).map(([kind, count]) => `${kind} ${count}`);
  return [
    ...findingLines(findings, terminal),
    `${ok ? terminal.paint('good', 'good') : terminal.paint('bad', countText(findings.length, 'finding'))}: checked ${counts.join(', ')}`,
  ];
};
