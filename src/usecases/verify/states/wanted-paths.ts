import { splitPath } from '#domain/resource/repository-path.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';

/** What of a directory is asked about: everything in it, or by raw name (as `rawKey`) what is asked of an entry. */
export type WantedPaths = 'all' | ReadonlyMap<string, WantedPaths>;

/** The directory in which these raw paths stand; what stands below one of them is asked about, too. */
export function wantedPaths(paths: readonly Uint8Array[]): WantedPaths {
  return below(paths.map((path) => splitPath(path).map(rawKey)));
}

/** What is asked of an entry; undefined for nothing. */
export function wantedBelow(wanted: WantedPaths, name: Uint8Array): WantedPaths | undefined {
  return wanted === 'all' ? 'all' : wanted.get(rawKey(name));
}

function below(paths: readonly (readonly string[])[]): WantedPaths {
  if (paths.some((path) => path.length === 0)) return 'all';
  const entries = new Map<string, (readonly string[])[]>();
  for (const [name = '', ...rest] of paths) {
    const known = entries.get(name) ?? [];
    entries.set(name, known);
    known.push(rest);
  }
  return new Map([...entries].map(([name, rests]) => [name, below(rests)]));
}
