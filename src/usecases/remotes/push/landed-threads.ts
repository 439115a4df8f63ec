import { jsonField } from '#domain/encoding/json-field.ts';
import type { OperationTexts } from '#domain/operation/operation.ts';
import { branchRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';

/**
 * Threads that were landed on branches since these were last pushed there, as this clone's log tells: without them
 * nobody elsewhere could say whose the lines of the branches are.
 */
export async function landedThreads(
  workspace: Workspace,
  remote: string,
  branches: readonly string[],
): Promise<ReadonlySet<string>> {
  const left = new Set(branches.map(branchRef));
  const threads = new Set<string>();
  for await (const { line, texts } of workspace.log.newest()) {
    if (left.size === 0) break;
    if (line.verdict.verdict === 'deny' || texts === 'redacted') continue;
    const thread = jsonField(texts.result, 'thread');
    const lands = line.op === 'land' && texts.refs.some(({ name }) => left.has(name));
    if (lands && typeof thread === 'string') threads.add(thread);
    if (line.op === 'push') for (const branch of pushedThere(texts, remote)) left.delete(branchRef(branch));
  }
  return threads;
}

/** The branches that a push to this remote had; what was landed before went along with them. */
function pushedThere({ args, result }: OperationTexts, remote: string): readonly string[] {
  if (jsonField(result, 'remote') !== remote) return [];
  const branches = jsonField(jsonField(args, 'verb'), 'branches');
  return Array.isArray(branches) ? branches.filter((branch) => typeof branch === 'string') : [];
}
