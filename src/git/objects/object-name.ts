import { HeddleError } from '#domain/error.ts';
import type { ObjectId } from '#ports/objects.ts';
import { isObjectId } from './hash.ts';

const LONGEST_NAME = 8192;
// eslint-disable-next-line no-control-regex
const OBJECT_NAME = /^[0-9a-f]{40}(?:(?:~[0-9]{1,7})?(?::[^\u0000\n]*)?|\^\{tree\})$/;

/**
 * Refuses all but full ids, with steps to first parents, a path or `^{tree}` behind: other revision syntax would
 * let a name mean something else. Throws `FORMAT_INVALID`.
 */
export function checkName(name: string): string {
  if (name.length <= LONGEST_NAME && OBJECT_NAME.test(name)) return name;
  throw new HeddleError('FORMAT_INVALID', 'not the name of a Git object', {
    facts: { name: name.slice(0, 200) },
  });
}

/** Refuses all but full ids. Throws `FORMAT_INVALID`. */
export function checkId(id: ObjectId): ObjectId {
  if (isObjectId(id)) return id;
  throw new HeddleError('FORMAT_INVALID', 'not a Git object id', { facts: { name: id.slice(0, 200) } });
}

/** Refuses an object that is larger than its reader wants. Throws `FORMAT_INVALID`. */
export function checkSize(
  { id, size }: { readonly id: string; readonly size: number },
  maxBytes: number,
): void {
  if (size <= maxBytes) return;
  throw new HeddleError('FORMAT_INVALID', `a Git object is longer than ${maxBytes} bytes`, {
    facts: { object: id, size, limit: maxBytes },
  });
}

/** The error for an object of another kind than was asked for. */
export function wrongKind(object: string, kind: string, wanted: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `a Git object is a ${kind}, not a ${wanted}`, {
    facts: { object, kind },
  });
}

/** The error for an object that is not what its id says. */
export function corrupt(name: string): HeddleError {
  return new HeddleError('OBJECT_CORRUPT', `the Git object ${name.slice(0, 80)} is damaged`, {
    facts: { object: name.slice(0, 200) },
  });
}
