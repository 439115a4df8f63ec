import { equalBytes } from '#domain/encoding/bytes.ts';
import type { AuthorityId } from '#domain/id.ts';
import type { EvidenceVerifyResult } from '#domain/results/boundary/evidence-results.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { EvidenceIndex } from '#domain/evidence/evidence-codec.ts';
import type { EvidenceParts } from '#ports/boundary/evidence.ts';
import { decodeEvidence, type EvidenceFiles } from './evidence-files.ts';
import { judgeEvidence, UNUSED, type EvidenceJudgement } from './judge-evidence.ts';
import { summaryPage } from './summary.ts';

/**
 * Verifies an evidence by itself: no repository, no key and no network is asked. Throws `FORMAT_INVALID`,
 * `FORMAT_UNKNOWN` for what is none; anything else that is wrong is a finding.
 *
 * @param genesis the one that has to be found; null believes what the evidence says.
 */
export async function verifyEvidence(
  parts: EvidenceParts,
  bytes: Uint8Array,
  genesis: AuthorityId | null,
): Promise<EvidenceVerifyResult> {
  const files = decodeEvidence(bytes);
  const { index, lines, objects } = files;
  const source = parts.sourceOf(objects, index.contents);
  const reader = parts.readerOf(source, index.contents);
  const judgement = await judgeEvidence(parts.nowhere, reader, { index, lines, genesis });
  const taken = new Set(reader.taken().map(({ id }) => id));
  const findings = [
    ...judgement.verified.findings,
    ...[...objects.keys()].filter((id) => !taken.has(id)).map((id) => finding(id, UNUSED)),
    ...pageFindings(files, judgement),
  ];
  const { repository, states, tombstones, verified, notProven } = judgement;
  return {
    ok: findings.length === 0,
    repository,
    genesis: index.genesis,
    pinned: genesis !== null,
    scope: index.scope,
    contents: index.contents,
    states,
    tombstones,
    checked: verified.checked,
    findings,
    notProven: [...(genesis === null ? [unpinned(index)] : []), ...notProven],
  };
}

function unpinned({ genesis }: EvidenceIndex): string {
  return `that ${genesis} is the right repository: --genesis names the one that has to be found`;
}

/** What people read first was made from the rest, or somebody wrote into it. */
function pageFindings({ index, page }: EvidenceFiles, judgement: EvidenceJudgement): readonly Finding[] {
  const made = summaryPage(index, judgement);
  return equalBytes(made, page) ? [] : [finding('README.txt', 'it is not the page that the rest makes')];
}

function finding(subject: string, message: string): Finding {
  return { kind: 'evidence', subject, message };
}
