import { utf8 } from '#domain/encoding/bytes.ts';
import type { EvidenceIndex } from '#domain/evidence/evidence-codec.ts';
import type { TombstoneSummary } from '#domain/results/removal-results.ts';
import type { StateSummary } from '#domain/results/work-results.ts';
import type { EvidenceJudgement } from './judge-evidence.ts';

/** The page for people that an evidence begins with: a function of the rest, so that nobody can write into it. */
export function summaryPage(
  { genesis, scope, contents }: EvidenceIndex,
  { repository, states, tombstones, notProven }: EvidenceJudgement,
): Uint8Array {
  const of = scope.name === null ? 'every thread' : `${scope.kind} ${scope.name}`;
  const lines = [
    `Evidence of ${repository ?? 'a repository'}: ${of}`,
    '',
    `genesis   ${genesis}`,
    `states    ${states.length}`,
    `removed   ${tombstones.length} tombstones`,
    `contents  ${contents === 'included' ? 'included' : 'left out'}`,
    '',
    'This page is no proof. Verify the file it came in, anywhere, without a repository and without git:',
    '',
    `    heddle evidence verify FILE --genesis ${genesis}`,
    '',
    'Ask for the genesis elsewhere than here.',
    '',
    ...section('States, newest first', states.map(stateLine)),
    ...section('Removed', tombstones.map(tombstoneLine)),
    ...section('Not proven', notProven),
  ];
  return utf8(`${lines.map(plain).join('\n')}\n`);
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, '', ...lines.map((line) => `  ${line}`), ''];
}

function stateLine(state: StateSummary): string {
  const { actor, via, redacted, intent } = state;
  const who = [actor.principal, ...via].join(' via ');
  const model = actor.provider === null ? '' : ` (${actor.provider} ${actor.model ?? ''})`;
  const hidden = redacted.length === 0 ? '' : ` [${redacted.length} redacted]`;
  const why = intent === null ? '' : `: ${intent}`;
  return `${state.state}  ${state.capturedAt}  ${state.thread}  ${who}${model}${hidden}${why}`;
}

function tombstoneLine({ tombstone, status, reasonCode, reason, at, actor }: TombstoneSummary): string {
  const why = reason === null ? '' : `: ${reason}`;
  return `${tombstone}  ${status}  ${reasonCode}  by ${actor.principal} at ${at}${why}`;
}

/** One line for a line, whatever somebody wrote in it. */
function plain(text: string): string {
  return text.replaceAll(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
