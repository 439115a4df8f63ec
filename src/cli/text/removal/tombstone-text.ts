import { columns, type Terminal } from '#cli/terminal-text.ts';
import { countText, fieldLines, findingLines, titled, whoText, type TextOf } from '#cli/text/shared-lines.ts';
import type {
  TombstoneActResult,
  TombstoneListResult,
  TombstoneReceiveResult,
  TombstoneShowResult,
  TombstoneSummary,
  TombstoneVerifyResult,
} from '#domain/results/removal-results.ts';
import { FORMER_IDS } from '#domain/removal/receipt-codec.ts';
import type { Instant } from '#domain/time.ts';

const STATUS_PAINT = { redacted: 'warn', lifted: 'faint', purging: 'bad', purged: 'good' } as const;

/** Text of `tombstone list`. */
export const tombstoneListText: TextOf<TombstoneListResult> = ({ tombstones, findings }, terminal) => {
  const damaged = findingLines(findings, terminal);
  if (tombstones.length === 0 && damaged.length === 0) return ['no tombstones: nothing was ever redacted'];
  const rows = tombstones.map((one) => [
    one.tombstone.slice(0, SHORT),
    isVoid(one) ? 'hides nothing' : one.status,
    one.reasonCode,
    terminal.time(one.at),
    terminal.safe(one.actor.principal),
    terminal.safe([pathsText(one.paths), one.reason ?? ''].filter((part) => part !== '').join(': ')),
  ]);
  return [...columns(rows, [(cell) => terminal.paint('id', cell)]), ...damaged];
};

/** Text of `tombstone receive`. */
export const tombstoneReceiveText: TextOf<TombstoneReceiveResult> = (result, terminal) => {
  const { remote, added, applied, findings } = result;
  const from = terminal.safe(remote);
  if (added.length + applied.length + findings.length === 0) return [`nothing new from ${from}`];
  return [
    `${countText(added.length, 'new tombstone')} from ${from}; ${countText(applied.length, 'content')} hidden, given back or destroyed here`,
    ...applied.map((id) => `  ${terminal.id(id)}`),
    ...findingLines(findings, terminal),
  ];
};

/** Letters of an id with its prefix, as {@link Terminal.id} shows them; unpainted, so that columns can count. */
const SHORT = 11;

function pathsText([first, ...others]: readonly string[]): string {
  if (first === undefined) return '';
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

/** Text of `tombstone show`. */
export const tombstoneShowText: TextOf<TombstoneShowResult> = (result, terminal) => [
  `tombstone ${terminal.paint('id', terminal.safe(result.tombstone))} is ${terminal.paint(STATUS_PAINT[result.status], result.status)}${isVoid(result) ? ', and hides nothing: `heddle tombstone list` says why' : ''}`,
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

/** Whether it counts for nothing, although nobody lifted it. */
function isVoid({ hides, status }: TombstoneSummary): boolean {
  return !hides && status !== 'lifted';
}

/** Contents or parts of them, names, and records beside which something was written. */
function coversText({ covers, parts, names, texts }: TombstoneSummary): string {
  const files = countText(covers, 'file');
  return [
    ...(covers === 0 ? [] : [parts === null ? files : `${countText(parts, 'part')} of ${files}`]),
    ...(names === 0 ? [] : [countText(names, 'name')]),
    ...(texts.length === 0 ? [] : [countText(texts.length, 'record')]),
  ].join(', ');
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
  const isFormer = (place: string): boolean => place.startsWith(FORMER_IDS);
  const placesOf = (wanted: (place: string) => boolean): readonly string[] =>
    [...newest.values()].flatMap((receipt) =>
      receipt.places
        .filter(wanted)
        .map((place) => `  ${nameOf(receipt.replica)}: ${terminal.safe(place.replace(FORMER_IDS, ''))}`),
    );
  const silent = unconfirmed.map((replica) => `  ${nameOf(replica)}`);
  return [
    ...titled('clones that say what they destroyed:', columns(rows)),
    ...titled(
      'where it still stood at the last try:',
      placesOf((place) => !isFormer(place)),
    ),
    ...titled(
      'where ids of rewritten commits stay; who has all else of such a commit can test a guess:',
      placesOf(isFormer),
    ),
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
