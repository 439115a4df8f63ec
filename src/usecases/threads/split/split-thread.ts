import type { Json } from '#domain/encoding/canonical-json.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { parsePathArgument } from '#domain/resource/path-argument.ts';
import { threadResource } from '#domain/resource/resource.ts';
import { parseThreadName } from '#domain/resource/thread-name.ts';
import { hasBudget } from '#domain/token/budget.ts';
import type { Workspace } from '#ports/workspace.ts';
import { tellRefusal } from '#usecases/removal/would-deny.ts';
import { continuedStates } from '#usecases/states/continued-states.ts';
import { requireFreeName } from '#usecases/threads/free-name.ts';
import { requireThread } from '#usecases/threads/known-thread.ts';
import { mutate, readGround, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ask, Ground, Proposal } from '#usecases/transaction/plan.ts';
import { findPart } from './find-part.ts';
import { resultOf, type Found, type Split } from './found-split.ts';
import { planSplit } from './plan-split.ts';
import { namesOf, pathsAt, splitAsks } from './split-asks.ts';
import { findLosing } from './split-places.ts';

export interface SplitOptions {
  readonly thread: string;
  readonly into: string;
  /** Files and directories, from the work tree's root; not empty. */
  readonly paths: readonly string[];
  /** True to leave the thread as it is. */
  readonly keep: boolean;
  /** Absolute path of a linked worktree to make for the new thread; null for none. */
  readonly directory: string | null;
  readonly dryRun: boolean;
}

/**
 * Makes a thread of what another one changed at some paths. Its state names the original as a parent, so that each line
 * is still its author's. Throws `NOT_FOUND`, `THREAD_EXISTS`, `THREAD_NAME_COLLISION`, `WORKTREE_DIRTY`, `PATH_INVALID`.
 */
export async function splitThread(workspace: Workspace, options: SplitOptions): Promise<Mutated<Split>> {
  const paths = options.paths.map(parsePathArgument);
  if (options.dryRun) return rehearse(workspace, options, paths);
  const { thread, into, keep, directory } = options;
  const args: Json = { thread, into, keep, directory, paths: paths.map(escapePath) };
  return mutate<Split>(workspace, {
    op: 'thread-split',
    args,
    asksPassphrase: false,
    propose: async (ground) => propose(workspace, ground, await find(workspace, options, paths)),
    blind: async ({ authority: { view } }) => ({
      operation: 'state:read',
      resources: [threadResource(view.repository, parseThreadName(thread))],
    }),
  });
}

async function find(
  workspace: Workspace,
  { thread, into, keep, directory }: SplitOptions,
  paths: readonly Uint8Array[],
): Promise<Found> {
  const to = parseThreadName(into);
  const known = await requireThread(workspace, thread);
  const part = await findPart(workspace, known, paths);
  const task = known.record === null ? part.head.texts.task : known.record.task;
  return { name: known.name, into: to, task, paths, part, keep, directory };
}

async function propose(workspace: Workspace, ground: Ground, found: Found): Promise<Proposal<Split>> {
  const lines = hasBudget(ground.caller.chain, 'lines') ? await countLines(workspace, found) : undefined;
  const [ask, ...also] = asksOf(workspace, ground, found, lines ?? 0);
  return {
    kind: 'ask',
    ask,
    also,
    ...(lines === undefined ? {} : { spent: { lines } }),
    plan: (drafts) => planSplit(workspace, { ground, drafts }, found),
  };
}

/** How many states a split makes: of a thread that began from Git one more, which both others are compared with. */
function countStates({ part: { root }, keep }: Pick<Found, 'part' | 'keep'>): number {
  return 1 + (keep ? 0 : 1) + (root.state === null ? 1 : 0);
}

/** The first of them stands for all that is used up. */
function asksOf(
  workspace: Workspace,
  { authority: { view } }: Pick<Ground, 'authority'>,
  { name, into, part, keep }: Found,
  lines: number,
): readonly [Ask, ...Ask[]] {
  const { head, root, taken, lost } = part;
  const files = namesOf(keep ? taken : [...taken, ...lost]).length;
  const states = countStates({ part, keep });
  const [reading, starting] = splitAsks(workspace, view, { thread: name, into, head, root: root.state });
  const making: Ask = {
    operation: 'state:capture',
    resources: pathsAt(view, into, taken),
    continues: starting.continues ?? [],
    asks: { states, files, lines },
  };
  const losing: Ask = {
    operation: 'state:capture',
    resources: pathsAt(view, name, lost),
    continues: continuedStates(workspace, view, { thread: name, states: [head] }),
  };
  return keep ? [reading, starting, making] : [reading, starting, making, losing];
}

async function countLines(workspace: Workspace, { part, keep }: Found): Promise<number> {
  const made = await workspace.comparer.countLines(part.root.files, part.withPart);
  return keep ? made : made + (await workspace.comparer.countLines(part.headFiles, part.withoutPart));
}

async function rehearse(
  workspace: Workspace,
  options: SplitOptions,
  paths: readonly Uint8Array[],
): Promise<Mutated<Split>> {
  const ground = await readGround(workspace);
  const notes: string[] = [];
  const readable = { operation: 'state:read', resources: [resourceOf(ground, options.thread)] } as const;
  const refused = await tellRefusal(workspace, readable);
  if (refused.length > 0) {
    throw new HeddleError('NOT_FOUND', `no thread is called ${options.thread.slice(0, 200)}`, {
      facts: { thread: options.thread.slice(0, 200) },
      preserved: 'nothing was changed',
    });
  }
  const found = await find(workspace, options, paths);
  await requireFreeName(workspace, found.into, ground.caller.actor.principal);
  const { part, name, keep } = found;
  if (!keep) {
    const { head, headFiles, lost } = part;
    await findLosing(workspace, { thread: name, head: head.id, headFiles, paths, lost });
  }
  for (const ask of asksOf(workspace, ground, found, 0)) notes.push(...(await tellRefusal(workspace, ask)));
  return { result: resultOf(found, { state: null, left: null }), operation: null, outcomes: [], notes };
}

function resourceOf({ authority }: Pick<Ground, 'authority'>, thread: string): string {
  return threadResource(authority.view.repository, parseThreadName(thread));
}
