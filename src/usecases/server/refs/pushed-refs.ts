import type { RefChange } from '#domain/operation/operation.ts';
import {
  AUTHORITY_REF,
  BRANCH_REFS,
  DROPPED_REFS,
  HEDDLE_REFS,
  IMPORTS_REF,
  OPLOG_REFS,
  REQUESTS_REF,
  REVIEWS_REF,
  THREAD_REFS,
  TOMBSTONES_REF,
} from '#domain/refs.ts';

/** The moves of a push, by what they are about. */
export interface PushedRefs {
  readonly authority: RefChange | undefined;
  readonly tombstones: RefChange | undefined;
  readonly requests: RefChange | undefined;
  readonly reviews: RefChange | undefined;
  readonly imports: RefChange | undefined;
  /** Of threads, and of what keeps dropped ones. */
  readonly threads: readonly RefChange[];
  readonly logs: readonly RefChange[];
  readonly branches: readonly RefChange[];
  readonly tags: readonly RefChange[];
  /** Git's other refs, notes among them. */
  readonly others: readonly RefChange[];
  /** Below `refs/heddle/`, and nothing that travels: snapshots, what was fetched, anything unknown. */
  readonly strange: readonly RefChange[];
}

const TAG_REFS = 'refs/tags/';
const SINGLE: ReadonlySet<string> = new Set([
  AUTHORITY_REF,
  TOMBSTONES_REF,
  REQUESTS_REF,
  REVIEWS_REF,
  IMPORTS_REF,
]);

/** Sorts the moves of a push. */
export function sortPushedRefs(updates: readonly RefChange[]): PushedRefs {
  const one = (name: string): RefChange | undefined => updates.find((update) => update.name === name);
  const below = (prefix: string): readonly RefChange[] =>
    updates.filter(({ name }) => name.startsWith(prefix));
  const threads = [...below(THREAD_REFS), ...below(DROPPED_REFS)];
  const logs = below(OPLOG_REFS);
  const known = new Set([...threads, ...logs].map(({ name }) => name));
  return {
    authority: one(AUTHORITY_REF),
    tombstones: one(TOMBSTONES_REF),
    requests: one(REQUESTS_REF),
    reviews: one(REVIEWS_REF),
    imports: one(IMPORTS_REF),
    threads,
    logs,
    branches: below(BRANCH_REFS),
    tags: below(TAG_REFS),
    others: updates.filter(
      ({ name }) => ![HEDDLE_REFS, BRANCH_REFS, TAG_REFS].some((prefix) => name.startsWith(prefix)),
    ),
    strange: below(HEDDLE_REFS).filter(({ name }) => !SINGLE.has(name) && !known.has(name)),
  };
}
