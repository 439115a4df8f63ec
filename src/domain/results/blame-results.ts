import type { StateId } from '#domain/id.ts';
import type { LineClaim } from './attribution-results.ts';
import type { ActorResult, RedactionNotice, StateSummary } from './work-results.ts';

/**
 * How a line's origin is known. `exact`: states hold it from its first appearance on. `inferred`: a Git commit brought
 * it in, and a state has the same line in what became of the file there. `claimed`: no state has it, and an import of
 * another tool's word says whose it is, where that was asked for. `unattributed`: nobody says.
 */
export type LineKnowledge = 'exact' | 'inferred' | 'claimed' | 'unattributed';

/** One line, and where it came from. */
export type BlameLine = {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly how: LineKnowledge;
  /** The state that brought it in; null where it is unattributed. */
  readonly state: StateId | null;
  /** The commit that carries that state; null where there is none. */
  readonly carrier: string | null;
  /** The Git commit that brought it in, where the line was followed through Git's history; null for none. */
  readonly commit: string | null;
  readonly actor: ActorResult | null;
  /** The file where it came in, escaped. */
  readonly path: string;
  /** Its number there. */
  readonly origin: number;
  /** What another tool says of a line that is `claimed`; null for any other. */
  readonly claim: LineClaim | null;
};

export type BlameResult = {
  /** Escaped. */
  readonly path: string;
  /** A state's or a commit's id; null for the work tree. */
  readonly at: StateId | string | null;
  readonly lines: readonly BlameLine[];
  /** Each state that brought a line in, in order of the lines. */
  readonly states: readonly StateSummary[];
  readonly redacted: readonly RedactionNotice[];
};

/** Lines of one actor: a principal in person, or an agent with its model. */
export type WhoShare = {
  readonly principal: string;
  readonly agent: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly lines: number;
  /** Of `lines`, how many are known by inference. */
  readonly inferred: number;
  readonly states: number;
};

export type WhoResult = {
  /** Paths that were asked about, escaped; empty for all files. */
  readonly paths: readonly string[];
  /** What was compared with, for a range: only what came since counts. A commit's id. */
  readonly since: string | null;
  /** A state's or a commit's id; null for the work tree. */
  readonly at: StateId | string | null;
  readonly files: number;
  readonly lines: number;
  /** Lines that no state has. */
  readonly unattributed: number;
  /** Most lines first. */
  readonly shares: readonly WhoShare[];
  /** Files whose lines were not counted, and why. */
  readonly skipped: readonly { readonly path: string; readonly why: string }[];
};
