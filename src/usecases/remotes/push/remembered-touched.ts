import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { OperationId } from '#domain/id.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knownHome } from '#usecases/caller/known-home.ts';

/*
 * What a look through the log found, as text of two lines, in a file whose name is the digest of `redacted <remote>`:
 *
 *   <digest of the second line>
 *   {"line","remote","threads","type":"redacted-threads","v":1}
 *
 * Both digests are of kind "verdict", keyed with the clone's secret. `line` was the newest of the log. A line names all
 * before it, and later ones have a later clock: where it stands, nothing below it has changed.
 */

/** Threads that a removal touched since they were last pushed to a remote, as of a line. */
export interface TouchedThreads {
  /** Null where nothing is known. */
  readonly line: OperationId | null;
  readonly threads: ReadonlySet<string>;
}

type Remembering = Pick<Workspace, 'verdictCache' | 'knownReplica'>;

const NOTHING: TouchedThreads = { line: null, threads: new Set() };

/** What this home found before; nothing of what it did not write. */
export async function recallTouched(workspace: Remembering, remote: string): Promise<TouchedThreads> {
  const identity = await knownHome(workspace);
  if (identity === undefined) return NOTHING;
  const bytes = await workspace.verdictCache.read(nameFor(identity, remote));
  const text = bytes === undefined ? undefined : decodeUtf8(bytes);
  const end = text?.indexOf('\n') ?? -1;
  if (text === undefined || end < 0) return NOTHING;
  const line = text.slice(end + 1);
  if (text.slice(0, end) !== identity.keyed('verdict', utf8(line))) return NOTHING;
  // The home's own: of its shape, or of another version.
  const known = JSON.parse(line) as { readonly line: OperationId; readonly threads: readonly string[] };
  const found = { line: known.line, threads: new Set(known.threads) };
  return line === encode(remote, found) ? found : NOTHING;
}

/** Remembers what was found, and forgets what was before. */
export async function rememberTouched(
  workspace: Remembering,
  remote: string,
  found: TouchedThreads,
): Promise<void> {
  const identity = await knownHome(workspace);
  if (identity === undefined) return;
  const line = encode(remote, found);
  const bytes = utf8(`${identity.keyed('verdict', utf8(line))}\n${line}`);
  await workspace.verdictCache.write(nameFor(identity, remote), bytes);
}

function nameFor(identity: ReplicaIdentity, remote: string) {
  return identity.keyed('verdict', utf8(`redacted ${remote}`));
}

function encode(remote: string, { line, threads }: TouchedThreads): string {
  return JSON.stringify({
    line,
    remote,
    threads: [...threads].toSorted(),
    type: 'redacted-threads',
    v: 1,
  });
}
