import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError, invariant } from '#domain/error.ts';
import { usageError } from '#domain/usage-error.ts';
import { covers, formatResource, parseResource, threadResource } from '#domain/resource/resource.ts';
import { parseThreadName } from '#domain/resource/thread-name.ts';
import { agentNameOf } from '#domain/run/agent-name.ts';
import { assertPassable, ownVariables, passedOn } from '#domain/run/child-environment.ts';
import type { CredentialWay } from '#domain/run/run-record.ts';
import type { TokenBlock } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { assertRunWithinPolicy } from '#usecases/policy/token-limits.ts';
import { threadHeads } from '#usecases/states/walk-states.ts';
import { readThreadRecord } from '#usecases/threads/record/thread-records.ts';
import {
  attenuateToken,
  CHILD_LIFE,
  type AttenuateOptions,
  type Attenuated,
} from '#usecases/tokens/attenuate-token.ts';
import type { Narrowing } from '#usecases/tokens/narrowing.ts';
import { presetNarrowing, type PresetNarrowing } from '#usecases/tokens/preset-narrowing.ts';
import { worktreePlace } from '#usecases/threads/worktree-place.ts';

/** What the caller asks to be run, and how. */
export interface RunOptions extends PresetNarrowing {
  readonly program: string;
  readonly args: readonly string[];
  /** Null for the program's name. */
  readonly agent: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly thread: string | null;
  /** Null to start no thread; an empty directory for one beside this work tree. */
  readonly worktree: string | null;
  /** Milliseconds; null for no end. */
  readonly timeout: number | null;
  readonly envPass: readonly string[];
  readonly credential: CredentialWay;
  /** The caller's environment. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Where the caller stands, absolute. */
  readonly directory: string;
  /** The run that the caller says it belongs to. */
  readonly parent: string | null;
}

/** All that a run will be. Made without changing anything. */
export interface RunPlan {
  readonly options: RunOptions;
  readonly agent: string;
  readonly thread: string | null;
  readonly cwd: string;
  /** The worktree that is made first; null where none is. */
  readonly makes: string | null;
  /** Root of the work tree that it runs in. */
  readonly root: string;
  /** Absolute; null where it lies in a directory that is yet to be made. */
  readonly program: string | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly narrowing: Narrowing;
  /** The token that it would get; only `--explain` looks at it. */
  readonly draft: Attenuated;
}

/** setTimeout counts in 32 bits. */
const LONGEST_TIMEOUT = 24 * 86_400_000;

/**
 * Works out a run and refuses what cannot be, before anything is started or written: `NOT_INITIALISED`, `USAGE`,
 * `NOT_FOUND` for a program or thread that is not there, `TOKEN_WIDENS`, `TOKEN_INVALID`, and `TOKEN_AGAINST_POLICY`
 * where all work of the program would be refused.
 */
export async function planRun(workspace: Workspace, options: RunOptions): Promise<RunPlan> {
  const { view } = await knowAuthority(workspace);
  assertPassable(options.envPass);
  if (options.timeout !== null && options.timeout > LONGEST_TIMEOUT)
    throw usageError('run', '--timeout is 24d at most');
  const thread = options.thread === null ? null : parseThreadName(options.thread);
  const place = await placeOf(workspace, { ...options, thread });
  const resources = resourcesOf(options.resources, thread, view.repository);
  const narrowing = withinTimeout(await presetNarrowing(workspace, { ...options, resources }), options);
  const agent = options.agent ?? agentNameOf(options.program);
  const draft = await attenuateToken(workspace, null, tokenOptions(options, { agent, narrowing }));
  assertRunWithinPolicy(view, blocksOf(workspace, draft));
  const environment = passedOn(options.variables, options.envPass);
  const program = await findProgram(workspace, options, place);
  return { options, agent, thread, ...place, program, environment, narrowing, draft };
}

function blocksOf(workspace: Workspace, draft: Attenuated): readonly TokenBlock[] {
  const inspected = workspace.tokens.inspect(workspace.credentials.parse(utf8(draft.credential)).token);
  invariant(inspected.kind === 'readable', 'what was narrowed can be read');
  return inspected.blocks;
}

/** What is being ended may still save its work. */
const LEAVE = 60_000;

/** Whatever copied the credential and got away has no use of it for long: the usual life ends with the run. */
function withinTimeout(narrowing: Narrowing, { timeout }: Pick<RunOptions, 'timeout'>): Narrowing {
  if (timeout === null) return narrowing;
  return { ...narrowing, usualLife: Math.min(narrowing.usualLife ?? CHILD_LIFE, timeout + LEAVE) };
}

/** How the token of a run is made. */
export function tokenOptions(
  { provider, model, depth }: RunOptions,
  { agent, narrowing }: { readonly agent: string; readonly narrowing: Narrowing },
): AttenuateOptions {
  return { ...narrowing, agent, provider, model, depth: depth ?? null, from: null, file: null };
}

/** Names of all variables that the program gets, sorted. */
export function variableNames({ environment, agent, options }: RunPlan): readonly string[] {
  const own = ownVariables({
    run: '',
    credential: '',
    agent,
    provider: options.provider,
    model: options.model,
  });
  return Object.keys({ ...environment, ...own }).toSorted();
}

/** Finds it again where it lay in what was not there when the run was planned. */
export async function requireProgram(workspace: Workspace, plan: RunPlan): Promise<string> {
  const found = plan.program ?? (await findProgram(workspace, plan.options, { ...plan, makes: null }));
  if (found === null) throw new Error('invariant: the directory is there by now');
  return found;
}

type Place = Pick<RunPlan, 'cwd' | 'root' | 'makes'>;

async function placeOf(
  workspace: Workspace,
  { thread, worktree, directory }: Pick<RunOptions, 'thread' | 'worktree' | 'directory'>,
): Promise<Place> {
  const here = workspace.places.worktree;
  if (thread === null) {
    if (worktree !== null) throw usageError('run', '--worktree needs --thread');
    return { cwd: directory, root: here, makes: null };
  }
  const found = await worktreeOf(workspace, thread);
  if (found === here) return { cwd: directory, root: here, makes: null };
  if (found !== undefined) return { cwd: found, root: found, makes: null };
  if (worktree !== null) {
    const made = worktree === '' ? worktreePlace(workspace, thread) : worktree;
    return { cwd: made, root: made, makes: made };
  }
  await requireThread(workspace, thread);
  return { cwd: directory, root: here, makes: null };
}

async function worktreeOf(workspace: Workspace, thread: string): Promise<string | undefined> {
  for (const { directory, gitDir } of await workspace.worktrees.list()) {
    const position = await workspace.records.readPosition(gitDir);
    if (position?.thread === thread) return directory;
  }
  return undefined;
}

async function requireThread(workspace: Workspace, thread: string): Promise<void> {
  if ((await readThreadRecord(workspace, thread)) !== undefined) return;
  if ((await threadHeads(workspace)).has(thread)) return;
  throw new HeddleError('NOT_FOUND', `no thread is called ${thread.slice(0, 200)}`, {
    facts: {
      thread: thread.slice(0, 200),
      flag: '--worktree',
      advice: 'open it with `heddle start`, or with --worktree, which gives it a directory of its own',
    },
    preserved: 'nothing was started',
  });
}

/** Those of the thread; the thread itself where none is named. */
function resourcesOf(
  resources: readonly string[],
  thread: string | null,
  repository: string,
): readonly string[] {
  if (thread === null) return resources;
  const whole = threadResource(repository, thread);
  if (resources.length === 0) return [whole];
  const canonical = resources.map((resource) => formatResource(parseResource(resource)));
  const outside = canonical.find((resource) => !covers(whole, resource));
  if (outside === undefined) return canonical;
  throw usageError('run', `${outside} is not of the thread ${thread}`);
}

async function findProgram(workspace: Workspace, options: RunOptions, place: Place): Promise<string | null> {
  const name = options.program;
  if (place.makes !== null && name.includes('/') && !name.startsWith('/')) return null;
  const processes = await workspace.processes();
  const found = processes.findProgram(name, { path: options.variables['PATH'] ?? '', cwd: place.cwd });
  if (found !== undefined) return found;
  throw new HeddleError('NOT_FOUND', `no program is called ${name.slice(0, 200)}`, {
    facts: { program: name.slice(0, 200), directory: place.cwd },
    preserved: 'nothing was started',
  });
}
