import { initialise } from '#usecases/keys/initialise.ts';
import { login } from '#usecases/keys/login.ts';
import { capture } from '#usecases/capture/capture.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { startThread } from '#usecases/threads/start.ts';
import { attenuateToken, type AttenuateOptions } from '#usecases/tokens/attenuate-token.ts';
import { exportKey, addKey, newKey } from '#usecases/keys/manage-keys.ts';
import { addGrant } from '#usecases/keys/grants.ts';
import type { Role } from '#domain/authority/role.ts';
import type { CaptureResult } from '#domain/results/work-results.ts';
import type { Aside } from '#ports/worktree/worktrees.ts';
import type { Workspace } from '#ports/workspace.ts';
import { asPrincipal, createMemoryRepository, saying, type MemoryRepository } from './workspace.ts';

const NO_PASSPHRASE = { kind: 'none' } as const;

/** A repository that its owner initialised and is logged in to. */
export async function initialised(repository = createMemoryRepository()): Promise<MemoryRepository> {
  const { workspace } = repository;
  await initialise(workspace, { namespace: 'acme', name: 'core', passphrase: NO_PASSPHRASE });
  await login(workspace, { life: null, passphrase: NO_PASSPHRASE });
  return repository;
}

/** Starts a thread in this worktree. */
export async function start(workspace: Workspace, thread: string): Promise<void> {
  await startThread(workspace, { thread, task: null, from: null, directory: null });
}

/** A repository whose owner started `task` in it. */
export async function started(fresh = createMemoryRepository()): Promise<MemoryRepository> {
  const repository = await initialised(fresh);
  await start(repository.workspace, 'task');
  return repository;
}

/** Writes one file and captures. */
export async function save(
  { files }: Pick<MemoryRepository, 'files'>,
  workspace: Workspace,
  change: Readonly<Record<string, string>>,
): Promise<Omit<CaptureResult, 'operation'>> {
  for (const [path, content] of Object.entries(change)) files.set(path, { mode: '100644', content });
  return (await capture(workspace, { intent: null, maxFileBytes: LARGEST_FILE })).result;
}

/** Somebody else in the same clone, with keys registered and a role at the repository, logged in. */
export async function join(
  { workspace }: Pick<MemoryRepository, 'workspace'>,
  principal: string,
  role: Role | null,
): Promise<Workspace> {
  const theirs = asPrincipal(workspace, principal);
  await newKey(theirs, NO_PASSPHRASE);
  await login(theirs, { life: null, passphrase: NO_PASSPHRASE });
  const { text } = await exportKey(theirs);
  await addKey(workspace, { principal, text });
  if (role !== null) await addGrant(workspace, { principal, role, resource: 'acme/core', until: null });
  return theirs;
}

/** Narrows the caller's credential for an agent, and becomes it. */
export async function delegate(
  workspace: Workspace,
  agent: string,
  narrowing: Partial<AttenuateOptions> = {},
): Promise<Workspace> {
  const file = narrowing.file ?? `/credentials/${agent}.hcred`;
  const options = { operations: [], resources: [], life: null, depth: null, from: null, provider: null };
  await attenuateToken(workspace, workspace, { ...options, model: null, ...narrowing, agent, file });
  return saying(workspace, { credentialPath: file });
}

/** Another clone, with another key, of what a repository has: its refs are fetched, and nothing was begun. */
export async function fetched(
  from: Pick<MemoryRepository, 'workspace' | 'store'>,
  place: (ref: string) => string = (ref) => ref,
): Promise<MemoryRepository> {
  const clone = createMemoryRepository(from.store);
  await fetchInto(clone.workspace, from.workspace, place);
  return clone;
}

/** Fetches the refs of another clone, as git would: to where `place` says, over what stood there. */
export async function fetchInto(
  to: Workspace,
  from: Workspace,
  place: (ref: string) => string = (ref) => ref,
): Promise<void> {
  const changes = [];
  for (const [name, id] of await from.refs.list('refs/heddle/')) {
    const here = place(name);
    changes.push({ name: here, old: (await to.refs.read(here)) ?? null, new: id });
  }
  await (await to.refs.prepare(changes, [])).commit();
}

/** The same for somebody whose program counts lines wrongly. */
export function miscounting(workspace: Workspace): Workspace {
  const aside = async (): Promise<Aside> => {
    const whole = await workspace.aside();
    return { ...whole, comparer: { ...whole.comparer, countLines: async () => 1 } };
  };
  return { ...workspace, aside };
}
