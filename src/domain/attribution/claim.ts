import { holdsLine, type LineSpan } from './line-spans.ts';

/** Formats of other tools that attribution goes to and comes from. */
export const ATTRIBUTION_FORMATS = ['git-ai', 'agent-trace'] as const;
export type AttributionFormat = (typeof ATTRIBUTION_FORMATS)[number];

/** Whose another tool says that lines are. */
export const CONTRIBUTORS = ['ai', 'human', 'mixed', 'unknown'] as const;
export type Contributor = (typeof CONTRIBUTORS)[number];

/** What another tool says of some lines of a file. Nobody signed it, and nobody here checked it. */
export interface Claim {
  /** Joined, in order; never empty. */
  readonly lines: readonly LineSpan[];
  readonly by: Contributor;
  /** The tool that wrote them, as it is called there; null where none is named. */
  readonly tool: string | null;
  /** As it is called there, a provider before a slash included. */
  readonly model: string | null;
}

/** Claims on one file, in the order in which they were made: of two on a line the later one counts. */
export interface ClaimedFile {
  /** From the root, UTF-8. */
  readonly path: string;
  readonly claims: readonly Claim[];
}

/** Claims on the files of one commit; lines are counted in the files as that commit has them. */
export interface ClaimedCommit {
  readonly commit: string;
  readonly files: readonly ClaimedFile[];
}

/** What is claimed of a line, or undefined. */
export function claimOf({ claims }: ClaimedFile, line: number): Claim | undefined {
  return claims.findLast(({ lines }) => holdsLine(lines, line));
}

/** Joins claims on files of one commit; later ones come behind. */
export function joinFiles(files: readonly ClaimedFile[]): readonly ClaimedFile[] {
  const joined = new Map<string, Claim[]>();
  for (const { path, claims } of files) {
    const before = joined.get(path);
    if (before === undefined) joined.set(path, [...claims]);
    else before.push(...claims);
  }
  return Array.from(joined, ([path, claims]) => ({ path, claims }));
}
