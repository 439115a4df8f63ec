import type { OperationId } from '#domain/id.ts';
import type { SegmentHead } from './read-heads.ts';

/** How one log of a replica stands to another. */
export type LogRelation =
  | 'same'
  /** It goes on from where the other ends. */
  | 'ahead'
  /** The other goes on from where it ends. */
  | 'behind'
  /** Both go on from {@link LogDivergence.from}, each with lines of its own. */
  | 'forked';

/** Two logs of one replica, compared by the checkpoints that it signed. */
export interface LogDivergence {
  readonly relation: LogRelation;
  /** Number of lines that both have, as far as segments tell. */
  readonly from: number;
  /** The last line of what both have; null for none. */
  readonly last: OperationId | null;
}

/** Compares what is offered of a replica's log with what is known of it, both whole and the oldest segment first. */
export function compareLogs(known: readonly SegmentHead[], offered: readonly SegmentHead[]): LogDivergence {
  let shared = 0;
  while (shared < known.length && known[shared]?.id === offered[shared]?.id) shared += 1;
  const common = known[shared - 1]?.checkpoint;
  const relation = relationOf(shared, { known: known.length, offered: offered.length });
  return { relation, from: common?.size ?? 0, last: common?.last ?? null };
}

function relationOf(
  shared: number,
  { known, offered }: { readonly known: number; readonly offered: number },
): LogRelation {
  if (shared < known) return shared < offered ? 'forked' : 'behind';
  return shared < offered ? 'ahead' : 'same';
}
