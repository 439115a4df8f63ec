import { jsonField } from '#domain/encoding/json-field.ts';
import { REMOTE_REFS } from '#domain/refs.ts';
import type { RemoteListResult } from '#domain/results/boundary/remote-results.ts';
import type { Instant } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';

/** Lines that are looked through for the newest pushes and pulls. */
const MOST_LINES = 10_000;

/** The remotes that git knows, and what this clone knows of each. Nobody is called. */
export async function listRemotes(workspace: Workspace): Promise<RemoteListResult> {
  const configured = await workspace.remotes();
  const seen = await newestOf(workspace, configured.length);
  const remotes: RemoteListResult['remotes'][number][] = [];
  for (const { name, url } of configured) {
    const threads = (await workspace.refs.list(`${REMOTE_REFS}${name}/threads/`)).size;
    const [pushedAt, pulledAt] = ['push', 'pull'].map((op) => seen.get(`${op} ${name}`) ?? null);
    remotes.push({ name, url, threads, pushedAt: pushedAt ?? null, pulledAt: pulledAt ?? null });
  }
  return { remotes };
}

async function newestOf(workspace: Workspace, remotes: number): Promise<ReadonlyMap<string, Instant>> {
  const seen = new Map<string, Instant>();
  let lines = 0;
  for await (const { line, texts } of workspace.log.newest()) {
    lines += 1;
    if (seen.size >= remotes * 2 || lines > MOST_LINES) break;
    if ((line.op !== 'push' && line.op !== 'pull') || line.verdict.verdict === 'deny') continue;
    const remote = texts === 'redacted' ? null : jsonField(jsonField(texts.args, 'verb'), 'remote');
    const key = `${line.op} ${typeof remote === 'string' ? remote : ''}`;
    if (!seen.has(key)) seen.set(key, line.at);
  }
  return seen;
}
