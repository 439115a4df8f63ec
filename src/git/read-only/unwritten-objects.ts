import { hashObject } from '#git/objects/hash.ts';
import { encodeTree } from '#git/objects/tree-format.ts';
import type { ObjectWriter } from '#ports/objects.ts';
import { noGit } from './no-git.ts';

/** Tells what ids objects would have, which verifying asks; nothing can be written. */
export const UNWRITTEN_OBJECTS: ObjectWriter = {
  batch: () => ({
    add: hashObject,
    addTree: (entries) => hashObject('tree', encodeTree(entries)),
    write: () => Promise.reject(noGit()),
  }),
};
