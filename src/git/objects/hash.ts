import { createHash, hash, type Hash } from 'node:crypto';
import type { ObjectId, ObjectKind } from '#ports/objects.ts';

/** Id of the empty tree, which every git knows without having it. */
export const EMPTY_TREE: ObjectId = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
/** Stands for "no object" in what git reads and prints. */
export const NO_OBJECT: ObjectId = '0'.repeat(40);

const OBJECT_ID = /^[0-9a-f]{40}$/;

/** Tells whether a text is a full object id. */
export function isObjectId(text: string): boolean {
  return OBJECT_ID.test(text);
}

/** A hash that has already read an object's header; feed it the content, digest as hexadecimal. */
export function startObjectHash(kind: ObjectKind | 'tag', size: number): Hash {
  return createHash('sha1').update(`${kind} ${size}\0`);
}

/** Shorter contents are copied behind their header, which takes less than a hash that is fed in pieces. */
const COPIED_BYTES = 65_536;

/** The id that Git gives an object. */
export function hashObject(kind: ObjectKind | 'tag', content: Uint8Array): ObjectId {
  if (content.length > COPIED_BYTES)
    return startObjectHash(kind, content.length).update(content).digest('hex');
  return hash('sha1', Buffer.concat([Buffer.from(`${kind} ${content.length}\0`), content]), 'hex');
}
