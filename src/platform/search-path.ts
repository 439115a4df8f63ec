import { isAbsolute } from 'node:path';

/** Where nothing is: an empty search path would mean the current directory. */
const NOWHERE = '/dev/null';

/** The absolute directories of a search path. Any other leads into whatever directory the caller stands in. */
export function absoluteEntries(path: string): readonly string[] {
  return path.split(':').filter((directory) => isAbsolute(directory));
}

/** A search path by which no program of a work tree is found that its user did not name. */
export function withoutRelativeEntries(path: string): string {
  const kept = absoluteEntries(path);
  return kept.length === 0 ? NOWHERE : kept.join(':');
}
