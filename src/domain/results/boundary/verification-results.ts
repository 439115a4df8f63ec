import type { AuthorityId } from '#domain/id.ts';
import type { FindingLevel, RangeFinding } from '#domain/verification/range-rules.ts';

/** What `verify RANGE` answers. */
export type VerifyRangeResult = {
  /** False where a finding is an error. */
  readonly ok: boolean;
  /** As it was asked. */
  readonly range: string;
  readonly genesis: AuthorityId;
  /** False where the genesis is believed only because it was fetched. */
  readonly pinned: boolean;
  /** What lines that no state has are: an error or a warning, by policies and by what was asked. */
  readonly unattributed: FindingLevel;
  readonly checked: {
    readonly commits: number;
    readonly files: number;
    /** That came in with these commits. */
    readonly lines: number;
    readonly states: number;
  };
  /** Of the lines those that a state has, and among these those that are known by inference alone. */
  readonly attributed: { readonly lines: number; readonly inferred: number };
  /** By commit, oldest first, then path and line. */
  readonly findings: readonly RangeFinding[];
  /** Findings that are left out for want of room. */
  readonly omitted: number;
};
