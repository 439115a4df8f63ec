import type { Terminal } from '#cli/terminal-text.ts';
import { countText, findingLines, titled, type TextOf } from '#cli/text/shared-lines.ts';
import type {
  EvidenceExportResult,
  EvidenceVerifyResult,
} from '#domain/results/boundary/evidence-results.ts';

/** Text of `evidence export`. */
export const evidenceExportText: TextOf<EvidenceExportResult> = (result, terminal) => [
  ...findingLines(result.findings, terminal),
  `wrote ${terminal.paint('place', terminal.safe(result.file))}, ${countText(result.bytes, 'byte')}: ${holds(result)}`,
  ...notProven(result, terminal),
  `verify it anywhere: heddle evidence verify FILE --genesis ${terminal.safe(result.genesis)}`,
];

/** Text of `evidence verify`. */
export const evidenceVerifyText: TextOf<EvidenceVerifyResult> = (result, terminal) => {
  const { ok, findings, repository, scope, checked } = result;
  const of = scope.name === null ? 'every thread' : `${scope.kind} ${scope.name}`;
  const counts = Object.entries(checked).map(([kind, count]) => `${kind} ${count}`);
  const verdict = ok
    ? terminal.paint('good', 'good')
    : terminal.paint('bad', countText(findings.length, 'finding'));
  return [
    `evidence of ${terminal.safe(repository ?? 'a repository')}, ${terminal.safe(of)}: ${holds(result)}`,
    ...findingLines(findings, terminal),
    ...notProven(result, terminal),
    `${verdict}: checked ${counts.join(', ')}`,
  ];
};

type Shared = Pick<EvidenceVerifyResult, 'states' | 'tombstones' | 'contents' | 'notProven'>;

function holds({ states, tombstones, contents }: Shared): string {
  const bytes = contents === 'included' ? 'with' : 'without';
  return `${countText(states.length, 'state')}, ${countText(tombstones.length, 'tombstone')}, ${bytes} contents`;
}

function notProven({ notProven: clauses }: Shared, terminal: Terminal): readonly string[] {
  return titled(
    'not proven:',
    clauses.map((clause) => `  ${terminal.safe(clause)}`),
  );
}
