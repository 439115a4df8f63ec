import { shellWord } from '#domain/encoding/shell-line.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { OperationTexts } from '#domain/operation/operation.ts';
import { THREAD_REFS, TOMBSTONES_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { trackedRef } from '#usecases/remotes/travelling-refs.ts';
import { recallTouched, rememberTouched, type TouchedThreads } from './remembered-touched.ts';

/** Threads out of which something was taken, or into which it was given back. */
export interface RedactedThreads {
  /** The remote had all of them when it was last seen: nothing but what was removed would be told of them. */
  readonly there: readonly string[];
  /** The remote had less of them. */
  readonly others: readonly string[];
}

/**
 * What was hidden, or lifted, in threads of this clone since it last pushed them to a remote. A tombstone travels with every
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

/**
 * Each since it was last pushed itself: a push of one says nothing of the others. Of the log only what came since this
 * home last asked is read: what it found then stands at the line that was the newest.
 */
async function touchedThreads(workspace: Workspace, remote: string): Promise<ReadonlySet<string>> {
  // Nothing was ever hidden here: the log is not read.
  if ((await workspace.refs.read(TOMBSTONES_REF)) === undefined) return new Set();
  const known = await recallTouched(workspace, remote);
  const found = await touchedSince(workspace, remote, known);
  if (found.line !== null && found.line !== known.line) await rememberTouched(workspace, remote, found);
  const prefix = trackedRef(remote, THREAD_REFS);
  const tracked = await workspace.refs.list(prefix);
  return new Set([...found.threads].filter((thread) => tracked.has(prefix + thread)));
}

/** Down to the line of what is known; all of the log where that is not in it. */
async function touchedSince(
  { log }: Workspace,
  remote: string,
  known: TouchedThreads,
): Promise<TouchedThreads> {
  const touched = new Set<string>();
  const pushed = new Set<string>();
  let newest: TouchedThreads['line'] = null;
  for await (const { id, line, texts } of log.newest()) {
    newest ??= id;
    if (id === known.line) {
      for (const thread of known.threads) if (!pushed.has(thread)) touched.add(thread);
      break;
    }
    if (line.verdict.verdict === 'deny' || texts === 'redacted') continue;
    if (line.op === 'push') for (const thread of pushedThere(texts, remote)) pushed.add(thread);
    for (const thread of removedFrom(texts)) if (!pushed.has(thread)) touched.add(thread);
  }
  return { line: newest, threads: touched };
}

/** The threads out of which a line took something, or into which it gave something back. */
function removedFrom({ effects, refs }: OperationTexts): readonly string[] {
  const isRemoval = effects.some(({ kind }) => kind === 'veil' || kind === 'unveil');
  const moved = isRemoval ? refs.filter(({ name }) => name.startsWith(THREAD_REFS)) : [];
  return moved.map(({ name }) => name.slice(THREAD_REFS.length));
}

/** The threads that a push to this remote had. */
function pushedThere({ args, result }: OperationTexts, remote: string): readonly string[] {
  if (jsonField(result, 'remote') !== remote) return [];
  const threads = jsonField(jsonField(args, 'verb'), 'threads');
  return Array.isArray(threads) ? threads.filter((thread) => typeof thread === 'string') : [];
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
        `${thread} is at ${remote} as it was before something was hidden in it, or given back: \`heddle push ${shellWord(remote)} --thread ${shellWord(thread)}\` sends it`,
    );
}
