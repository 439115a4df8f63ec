import type { AttributionFormat, Contributor } from '#domain/attribution/claim.ts';
import type { Digest, OperationId } from '#domain/id.ts';

/** Attribution of one commit, in another tool's format. */
export type ExportedRecord = {
  /** A Git commit's id. */
  readonly commit: string;
  readonly files: number;
  readonly lines: number;
  /** Of `lines`, how many are known by inference. */
  readonly inferred: number;
  /** The record itself: a note of git-ai's, or one line of JSON; null where it was for Git's notes. */
  readonly content: string | null;
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
  /** What became of Git's notes; null where they were not to be written. */
  readonly notes: {
    readonly ref: string;
    /** The commit that the notes were at; null for none. */
    readonly from: string | null;
    readonly to: string | null;
    /** Commits whose note was written. */
    readonly written: readonly string[];
    /** Commits that have another note, which stays. */
    readonly kept: readonly string[];
  } | null;
  /** Null where nothing was written to the repository. */
  readonly operation: OperationId | null;
};

export type AttributionImportResult = {
  readonly format: AttributionFormat;
  /** False where there was nothing new. */
  readonly imported: boolean;
  /** The import's digest; null where nothing was imported. */
  readonly import: Digest | null;
  /** What was taken over; a commit twice where two records are of it. */
  readonly commits: readonly { readonly commit: string; readonly files: number; readonly lines: number }[];
  /** What was left out, and why; a commit is null where the record does not say. */
  readonly skipped: readonly { readonly commit: string | null; readonly why: string }[];
  /** Null where nothing was imported. */
  readonly operation: OperationId | null;
};

/** What another tool says of a line: nobody signed it but whoever imported it. */
export type LineClaim = {
  readonly source: AttributionFormat;
  readonly by: Contributor;
  /** As it is called there; null where it names none. */
  readonly tool: string | null;
  readonly model: string | null;
  /** The import's digest. */
  readonly import: Digest;
  /** The principal who imported it. */
  readonly importedBy: string;
};
