import { HEDDLE_REFS, REMOTE_REFS, SNAPSHOT_REFS } from '#domain/refs.ts';

const OF_GIT = ['refs/heads/', 'refs/tags/', 'refs/notes/'];

/** Of the refs that were moved to rewritten commits those that a push has to move elsewhere. */
export function pushedRefs(moved: readonly string[]): readonly string[] {
  return moved.filter((ref) => OF_GIT.some((prefix) => ref.startsWith(prefix)));
}

/**
 * The commands of Git that bring a removal to a remote: each ref that was moved, then what heddle keeps but what never
 * travels. Forced, since removing rewrites what they stand on. None for a name that git would take for an option.
 */
export function gitPushes(remote: string, moved: readonly string[]): readonly (readonly string[])[] {
  if (remote.startsWith('-')) return [];
  const push = ['git', 'push', '--force', remote];
  return [
    ...pushedRefs(moved).map((ref) => [...push, `${ref}:${ref}`]),
    [...push, `${HEDDLE_REFS}*:${HEDDLE_REFS}*`, `^${REMOTE_REFS}*`, `^${SNAPSHOT_REFS}*`],
  ];
}

/** A push as a POSIX shell reads it; names may hold what a shell reads. */
export function pushLine([git = '', verb = '', force = '', remote = '', ...refs]: readonly string[]): string {
  const named = /^[\w./-]+$/.test(remote) ? remote : quote(remote);
  return [git, verb, force, named, ...refs.map(quote)].join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
