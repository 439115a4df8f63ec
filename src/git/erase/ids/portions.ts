import type { ObjectId } from '#ports/objects.ts';

/** So many ids are strings at once. */
const PORTION = 8192;

/** Ids, some at a time. */
export function* inPortions(ids: Iterable<ObjectId>): Generator<readonly ObjectId[]> {
  let portion: ObjectId[] = [];
  for (const id of ids) {
    if (portion.push(id) < PORTION) continue;
    yield portion;
    portion = [];
  }
  if (portion.length > 0) yield portion;
}

/** A line for each id, some at a time. */
export function* linesOf(ids: Iterable<ObjectId>): Generator<Buffer> {
  for (const some of inPortions(ids)) yield Buffer.from(`${some.join('\n')}\n`, 'latin1');
}
