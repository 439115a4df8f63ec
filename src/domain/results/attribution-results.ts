import type { AttributionFormat } from '#domain/attribution/claim.ts';

/** Attribution of one commit, in another tool's format. */
export type ExportedRecord = {
  /** A Git commit's id. */
  readonly commit: string;
  readonly files: number;
  readonly lines: number;
  /** Of `lines`, how many are known by inference. */
  readonly inferred: number;
  /** The record itself: a note of git-ai's, or one line of JSON. */
  readonly content: string;
};

export type AttributionExportResult = {
  readonly format: AttributionFormat;
  /** Where the range begins, exclusive; null for one commit. */
  readonly since: string | null;
  readonly until: string;
  /** Oldest first; a commit of which no state has a line has none. */
  readonly records: readonly ExportedRecord[];
  /** Files that were left out, and why. */
  readonly skipped: readonly { readonly commit: string; readonly path: string; readonly why: string }[];
};
