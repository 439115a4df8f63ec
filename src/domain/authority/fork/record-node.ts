import type { AuthorityRecord } from '#domain/authority/authority.ts';
import type { AuthorityId } from '#domain/id.ts';

/**
 * What a record is among the others: where it stands, and what its validity stood on. Records of one line follow one
 * another; a new line begins where two records follow one. `known` says of each line how many of its records are before
 * this one or it, so that who knew of whom is one comparison.
 */
export interface RecordNode {
  readonly id: AuthorityId;
  readonly record: AuthorityRecord;
  readonly line: number;
  readonly place: number;
  readonly known: ReadonlyMap<number, number>;
  /** Session and blocks of the chain that its author signed under; null and none where a record key signed. */
  readonly session: string | null;
  readonly blocks: readonly string[];
  /** Records that its author's authority came from: a registration of keys, and grants, each of which was enough. */
  readonly support: readonly AuthorityId[];
  /** What a removal of a grant took away. */
  readonly removed: { readonly principal: string; readonly resource: string } | null;
}

/** Tells whether a record is another one, or was made with knowledge of it. */
export function knows(node: Pick<RecordNode, 'known'>, other: Pick<RecordNode, 'line' | 'place'>): boolean {
  return (node.known.get(other.line) ?? -1) >= other.place;
}

/** Tells whether neither of two records was made with knowledge of the other. */
export function areApart(a: RecordNode, b: RecordNode): boolean {
  return !knows(a, b) && !knows(b, a);
}

/** In an order in which each comes after those it knew, and which only the records themselves decide. */
export function inOrder(nodes: Iterable<RecordNode>): readonly RecordNode[] {
  return [...nodes].toSorted((a, b) => a.record.seq - b.record.seq || (a.id < b.id ? -1 : 1));
}
