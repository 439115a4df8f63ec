import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Every file and link below a directory: its kind, its mode, and a hash of what it holds. */
export function directoryState(
  root: string,
  isLeftOut: (path: string) => boolean = () => false,
): ReadonlyMap<string, string> {
  const state = new Map<string, string>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const absolute = join(entry.parentPath, entry.name);
    const path = absolute.slice(root.length + 1);
    if (isLeftOut(path)) continue;
    const { mode } = lstatSync(absolute);
    const content = entry.isFile()
      ? readFileSync(absolute)
      : entry.isSymbolicLink()
        ? readlinkSync(absolute)
        : '';
    state.set(path, `${mode.toString(8)} ${createHash('sha256').update(content).digest('hex')}`);
  }
  return state;
}
