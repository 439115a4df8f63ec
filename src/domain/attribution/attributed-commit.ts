import type { Actor } from '#domain/actor/actor.ts';
import type { StateId } from '#domain/id.ts';
import type { Instant } from '#domain/time.ts';
import type { LineSpan } from './line-spans.ts';

/** Lines that a commit brought in and one state has. */
export interface AttributedLines {
  /** Joined, in order; never empty. */
  readonly lines: readonly LineSpan[];
  readonly state: StateId;
  readonly thread: string;
  readonly actor: Actor;
  /** False where they are known by inference. */
  readonly exact: boolean;
}

export interface AttributedFile {
  /** From the root, UTF-8. */
  readonly path: string;
  readonly parts: readonly AttributedLines[];
}

/** Whose the lines are that a commit of Git's brought in, as far as states tell. */
export interface AttributedCommit {
  readonly commit: string;
  /** The commit's own time. */
  readonly at: Instant;
  readonly files: readonly AttributedFile[];
}

/** Tells whether a program wrote it: a person in person names neither agent nor model. */
export function isAgents({ agent, model }: Actor): boolean {
  return agent !== null || model !== null;
}
