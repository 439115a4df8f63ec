import { encodeCarrierCommit } from '#domain/state/carrier.ts';
import type { Instant } from '#domain/time.ts';
import type { ObjectId } from '#ports/objects.ts';

/**
 * Encodes the commit of a set of signed records: a function of its tree and of the newest time in it, so that two
 * clones with the same set have the same commit. It has no parents: a set is joined by union, and keeps no history.
 */
export function encodeSetCommit(set: string, tree: ObjectId, newest: Instant): Uint8Array {
  return encodeCarrierCommit({
    tree,
    parents: [],
    principal: 'heddle',
    at: newest,
    message: `heddle ${set}`,
  });
}
