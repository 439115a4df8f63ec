import type { EvidenceContents, EvidenceScope } from '#domain/evidence/evidence-codec.ts';
import type { AuthorityId } from '#domain/id.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { TombstoneSummary } from '#domain/results/removal-results.ts';
import type { StateSummary, VerifyResult } from '#domain/results/work-results.ts';

/** What an evidence holds, and what came of verifying it. */
type EvidenceResult = {
  /** False where there are findings. */
  readonly ok: boolean;
  readonly repository: string | null;
  readonly genesis: AuthorityId;
  readonly scope: EvidenceScope;
  readonly contents: EvidenceContents;
  /** Newest first. */
  readonly states: readonly StateSummary[];
  readonly tombstones: readonly TombstoneSummary[];
  readonly checked: VerifyResult['checked'];
  readonly findings: readonly Finding[];
  /** What nothing in it proves; clauses. */
  readonly notProven: readonly string[];
};

export type EvidenceExportResult = EvidenceResult & {
  /** Absolute. */
  readonly file: string;
  readonly bytes: number;
};

export type EvidenceVerifyResult = EvidenceResult & {
  /** False where the genesis is believed because the evidence names it. */
  readonly pinned: boolean;
};
