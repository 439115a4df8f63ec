import { jsonField } from '#domain/encoding/json-field.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { AUTHORITY_REF, BRANCH_REFS, threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { refused, type Done, type Reversal, type Redoing } from '#usecases/undo/reversal.ts';
import { planFollowing } from '#usecases/landing/branch-worktrees.ts';
import { findLanding } from '#usecases/landing/land.ts';
import { landingSubject } from '#usecases/landing/landing-subject.ts';
import { contentProblems, threadProblems } from '#usecases/landing/preflight.ts';
import type { Found } from '#usecases/landing/tell-landing.ts';
import { landingClaim, landingRedoAsks, type LandingClaim } from '#usecases/landing/logged/verify-landing.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import { readHead } from '#usecases/states/name-head.ts';
import type { Ask, Ground } from '#usecases/transaction/plan.ts';
import { findBlocker } from '#usecases/undo/blocker.ts';
import { readTargets } from '#usecases/undo/targets.ts';

/** A landing that is to be done again, as its line says it. */
interface Landing extends Pick<Redoing, 'undo' | 'target'> {
  readonly claim: Extract<LandingClaim, { readonly kind: 'asks' }>;
  readonly move: RefChange & { readonly new: string };
  readonly thread: string;
  readonly branch: string;
}

/**
 * Lands again what a taken back landing had landed: the same commits, where branch and thread stand as they did before
 * it. Every gate, landing rule and check of now has its say, as if they were landed for the first time; what they would
 * be made of is found anew, so that nobody's line is believed about that.
 */
export async function redoLand(workspace: Workspace, ground: Ground, redoing: Redoing): Promise<Reversal> {
  const { view } = ground.authority;
  const landing = await readLanding(workspace, ground, redoing);
  const { undo, target, move } = landing;
  const moved = await whatMoved(workspace, landing);
  const found = moved === undefined ? await findAgain(workspace, landing) : undefined;
  const asks = found === undefined ? landing.claim.asks : asksOf(workspace, ground, { landing, found });
  const [ask, ...also] = landingRedoAsks(asks);
  if (ask === undefined) throw refused(undo, 'it took no landing back');
  return {
    ask,
    also,
    plan: async () => {
      if (moved === 'branch') {
        throw refused(undo, `${landing.branch} has moved on since`, await findMover(workspace, landing));
      }
      if (found === undefined) {
        const by = await findBlocker(workspace, target.id, landing.thread);
        throw refused(undo, `${landing.thread} has moved on since`, by);
      }
      if ((await findCommit(workspace, landing.move.new)) === undefined) {
        throw refused(undo, 'git has collected what it landed: land it with `heddle land`');
      }
      const [problem] = [
        ...(await threadProblems(workspace, view, found)),
        ...(await contentProblems(workspace, view, found)),
      ];
      if (problem !== undefined) throw problem;
      requireSame(landing, found);
      const effects = await follow(workspace, landing, found);
      return { states: target.line.states, refs: [move], effects, inverse: null };
    },
  };
}

async function readLanding(
  workspace: Workspace,
  { authority }: Ground,
  { undo, target }: Redoing,
): Promise<Landing> {
  const claim = await landingClaim(workspace, authority.view, target);
  if (claim.kind === 'refused') throw refused(undo, `${claim.why}: land it with \`heddle land\``);
  const move = target.texts.refs.find(({ name }) => name !== AUTHORITY_REF);
  const thread = jsonField(target.texts.result, 'thread');
  if (move === undefined || move.new === null || typeof thread !== 'string') {
    throw refused(undo, 'it took no landing back');
  }
  const branch = move.name.slice(BRANCH_REFS.length);
  return { undo, target, claim, move: { ...move, new: move.new }, thread, branch };
}

/** Neither may have moved since the landing: not the branch, and not the thread. */
async function whatMoved(
  workspace: Workspace,
  { target, move, thread }: Landing,
): Promise<'branch' | 'thread' | undefined> {
  if (((await workspace.refs.readBranch(move.name)) ?? null) !== move.old) return 'branch';
  const carrier = await workspace.refs.read(threadRef(thread));
  if (carrier === undefined) return 'thread';
  const { id } = await readHead(workspace, carrier);
  return id === target.line.states[0] ? undefined : 'thread';
}

async function findAgain(workspace: Workspace, { target, thread, branch }: Landing): Promise<Found> {
  const squash = jsonField(jsonField(target.texts.args, 'verb'), 'squash') !== false;
  return findLanding(workspace, { thread, branch, squash });
}

/** What the landing asked for, of the states that are open now; how its commits name agents is theirs to say. */
function asksOf(
  workspace: Workspace,
  { authority: { view } }: Ground,
  { landing: { claim, thread, branch }, found }: { readonly landing: Landing; readonly found: Found },
): readonly Ask[] {
  const { target, states, beside, foreign } = found;
  return claim.asks.map((ask) => {
    if (ask.landing === undefined) return ask;
    const { trailers } = ask.landing;
    const subject = { thread, branch, state: target.head.id, states, beside, foreign, trailers };
    return { ...ask, landing: landingSubject(workspace, view, subject) };
  });
}

/** The newest operation since that moved the branch; undefined where Git did, without a word to heddle. */
async function findMover(workspace: Workspace, { undo, move }: Landing): Promise<Done | undefined> {
  for await (const { target } of readTargets(workspace)) {
    if (target.id === undo.id) return undefined;
    if (target.texts.refs.some(({ name }) => name === move.name)) return target;
  }
  return undefined;
}

/** The commits hold what landing the thread brings, and nothing else, whoever made them. */
function requireSame({ undo, claim }: Landing, { merged }: Found): void {
  const steps = merged.kind === 'merged' ? merged.steps : [];
  const same = steps.length === claim.trees.length && steps.every(({ tree }, at) => tree === claim.trees[at]);
  if (!same) throw refused(undo, 'landing it would bring something else by now: `heddle land` does');
}

async function follow(workspace: Workspace, { move, thread, branch }: Landing, { target, merged }: Found) {
  const { effects, problems } = await planFollowing(workspace, target.places, {
    move: {
      branch,
      from: move.old,
      to: move.new,
      own: { thread, state: target.head.id },
      ownFiles: merged.tree === target.files ? 'same' : 'leave',
    },
    treeTo: merged.tree,
  });
  const [problem] = problems;
  if (problem !== undefined) throw problem;
  return effects;
}
