import type { Json } from '#domain/encoding/canonical-json.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import type { Digest } from '#domain/id.ts';
import type { Checkpoint } from '#domain/published/checkpoint.ts';
import type { LoggedOperation, OperationTexts } from '#domain/operation/operation.ts';
import { REMOTE_REFS, replicaOf } from '#domain/refs.ts';
import type { RemoteListResult } from '#domain/results/boundary/remote-results.ts';
import type { Instant } from '#domain/time.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import { foreignLogs } from '#usecases/segments/published-operations.ts';
import { readHead } from '#usecases/segments/read-heads.ts';
import { isInvalidLog } from '#usecases/segments/read-verified.ts';

/** Lines that are looked through for the newest pushes and pulls, and for where logs of other clones came from. */
const MOST_LINES = 10_000;

/** The remotes that git knows, what this clone knows of each, and the clones whose logs came from there. Nobody is called. */
export async function listRemotes(workspace: Workspace): Promise<RemoteListResult> {
  const configured = await workspace.remotes();
  const logs = await foreignLogs(workspace);
  const { acts, origins } = await newestOf(workspace, { remotes: configured.length, logs: logs.size });
  const remotes: RemoteListResult['remotes'][number][] = [];
  for (const { name, url } of configured) {
    const threads = (await workspace.refs.list(`${REMOTE_REFS}${name}/threads/`)).size;
    const [pushedAt, pulledAt] = ['push', 'pull'].map((op) => acts.get(`${op} ${name}`) ?? null);
    remotes.push({ name, url, threads, pushedAt: pushedAt ?? null, pulledAt: pulledAt ?? null });
  }
  return { remotes, replicas: await replicasOf(workspace, logs, origins) };
}

interface Newest {
  /** When something was last done with a remote, by `push` or `pull` and its name. */
  readonly acts: Map<string, Instant>;
  /** Where the log of another clone came from last. */
  readonly origins: Map<Digest, string>;
}

async function newestOf(
  workspace: Workspace,
  sought: { readonly remotes: number; readonly logs: number },
): Promise<Newest> {
  const newest: Newest = { acts: new Map(), origins: new Map() };
  let lines = 0;
  for await (const operation of workspace.log.newest()) {
    lines += 1;
    const isAll = newest.acts.size >= sought.remotes * 2 && newest.origins.size >= sought.logs;
    if (isAll || lines > MOST_LINES) break;
    noteAct(newest, operation);
  }
  return newest;
}

function noteAct({ acts, origins }: Newest, { line, texts }: LoggedOperation): void {
  const op = line.op === 'adopt' ? 'pull' : line.op;
  if ((op !== 'push' && op !== 'pull') || line.verdict.verdict === 'deny' || texts === 'redacted') return;
  const remote = remoteOf(op, texts);
  if (typeof remote !== 'string') return;
  const key = `${op} ${remote}`;
  if (!acts.has(key)) acts.set(key, line.at);
  for (const { name } of op === 'pull' ? texts.refs : []) {
    const replica = replicaOf(name);
    if (replica !== undefined && !origins.has(replica)) origins.set(replica, remote);
  }
}

/** A push that was only asked for may never have arrived. */
function remoteOf(op: 'push' | 'pull', { args, result }: OperationTexts): Json | undefined {
  return jsonField(op === 'push' ? result : jsonField(args, 'verb'), 'remote');
}

/** A log that does not hold is passed over: `verify --all` names it. */
async function replicasOf(
  workspace: Workspace,
  logs: ReadonlyMap<Digest, ObjectId>,
  origins: ReadonlyMap<Digest, string>,
): Promise<RemoteListResult['replicas']> {
  if (logs.size === 0) return [];
  const known = await endorsed(workspace);
  const replicas: RemoteListResult['replicas'][number][] = [];
  for (const [replica, head] of logs) {
    const checkpoint = await newestCheckpoint(workspace, replica, head);
    if (checkpoint === undefined) continue;
    replicas.push({
      replica,
      principal: known.find((one) => one.replica === replica)?.by ?? null,
      remote: origins.get(replica) ?? null,
      operations: checkpoint.size,
      publishedAt: checkpoint.at,
    });
  }
  return replicas;
}

async function endorsed(workspace: Workspace): Promise<AuthorityView['replicas']> {
  try {
    return (await tryLoadAuthority(workspace))?.view.replicas ?? [];
  } catch (error) {
    // A chain that does not hold answers for nobody, and keeps nobody from seeing the remotes.
    if (!(error instanceof HeddleError)) throw error;
    return [];
  }
}

async function newestCheckpoint(
  workspace: Workspace,
  replica: Digest,
  head: ObjectId,
): Promise<Checkpoint | undefined> {
  try {
    return (await readHead(workspace, { head, replica })).checkpoint;
  } catch (error) {
    if (!isInvalidLog(error)) throw error;
    return undefined;
  }
}
