const OF_GIT = ['refs/heads/', 'refs/tags/', 'refs/notes/'];

/** Of the refs that were moved to rewritten commits those that a push has to move elsewhere. */
export function pushedRefs(moved: readonly string[]): readonly string[] {
  return moved.filter((ref) => OF_GIT.some((prefix) => ref.startsWith(prefix)));
}

/**
 * The commands that bring a removal to a remote: each ref of Git's own that was moved, forced, since removing rewrites
 * what it stands on; then what heddle keeps, which overwrites nobody's. None for a name that a program would take for an
 * option.
 */
export function gitPushes(remote: string, moved: readonly string[]): readonly (readonly string[])[] {
  if (remote.startsWith('-')) return [];
  const push = ['git', 'push', '--force', remote];
  return [...pushedRefs(moved).map((ref) => [...push, `${ref}:${ref}`]), ['heddle', 'push', remote, '--all']];
}

/** A push as a POSIX shell reads it; names may hold what a shell reads. */
export function pushLine(command: readonly string[]): string {
  return command.map((word) => (/^[\w./-]+$/.test(word) ? word : quote(word))).join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
