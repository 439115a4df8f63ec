import { jsonField } from '#domain/encoding/json-field.ts';
import { THREAD_REFS } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { trackedRef } from '#usecases/remotes/travelling-refs.ts';

/** Threads out of which something was taken, or into which it was given back. */
export interface RedactedThreads {
  /** The remote had all of them when it was last seen: nothing but what was removed would be told of them. */
  readonly there: readonly string[];
  /** The remote had less of them, or nothing. */
  readonly others: readonly string[];
}

/**
 * What was hidden, or lifted, in threads of this clone since it last pushed to a remote. A tombstone travels with every
 * push: without these threads the remote would keep what it hides, and whoever clones from there would be refused.
 */
export async function redactedThreads(workspace: Workspace, remote: string): Promise<RedactedThreads> {
  const there: string[] = [];
  const others: string[] = [];
  for (const thread of [...(await touchedThreads(workspace, remote))].toSorted()) {
    const head = await workspace.refs.read(THREAD_REFS + thread);
    if (head === undefined) continue;
    const tracked = await workspace.refs.read(trackedRef(remote, THREAD_REFS + thread));
    (tracked === head ? there : others).push(thread);
  }
  return { there, others };
}

async function touchedThreads(workspace: Workspace, remote: string): Promise<ReadonlySet<string>> {
  const touched = new Set<string>();
  for await (const { line, texts } of workspace.log.newest()) {
    if (line.verdict.verdict === 'deny' || texts === 'redacted') continue;
    if (line.op === 'push' && jsonField(texts.result, 'remote') === remote) break;
    const isRemoval = texts.effects.some(({ kind }) => kind === 'veil' || kind === 'unveil');
    const moved = isRemoval ? texts.refs.filter(({ name }) => name.startsWith(THREAD_REFS)) : [];
    for (const { name } of moved) touched.add(name.slice(THREAD_REFS.length));
  }
  return touched;
}

/** What to do about threads that stay at the remote as they were before something was taken out of them here. */
export function unsentNotes(
  { there, others }: RedactedThreads,
  {
    remote,
    kept,
    sent,
  }: {
    readonly remote: string;
    readonly kept: ReadonlyMap<string, unknown>;
    readonly sent: readonly string[];
  },
): readonly string[] {
  return [...there, ...others]
    .filter((thread) => kept.has(thread) && !sent.includes(thread))
    .map(
      (thread) =>
        `${thread} is at ${remote} as it was before something was hidden in it, or given back: \`heddle push ${remote} --thread ${thread}\` sends it`,
    );
}
