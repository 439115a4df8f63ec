import type { Json } from '#domain/encoding/canonical-json.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { MergeQuestion } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { parentCarriers } from '#usecases/states/walk-states.ts';
import type { LandingTarget } from './landing-target.ts';

/** What of a thread its branch does not have yet. */
export interface OpenStates {
  /** Oldest first. */
  readonly states: readonly CarriedState[];
  /** What the oldest of them is merged from. */
  readonly question: MergeQuestion;
}

/**
 * The states of a thread and of what it was forked from, up to one that was landed on this branch and is in it still.
 * That one is what both sides have in common then: the branch has its files by another commit.
 */
export async function findOpenStates(workspace: Workspace, target: LandingTarget): Promise<OpenStates> {
  const landed = await landedCommits(workspace, target.ref);
  const open: CarriedState[] = [];
  let state: CarriedState | undefined = target.head;
  let oldest = state;
  while (state !== undefined) {
    const commits = landed.get(state.id) ?? [];
    if (await anyInBranch(workspace, commits, target.commit)) {
      const { files } = await carrierTrees(workspace, state.carrier);
      return { states: open.toReversed(), question: { kind: 'trees', ours: target.tree, from: files } };
    }
    open.push(state);
    oldest = state;
    const parent: ObjectId | undefined = parentCarriers(state)[0];
    state = parent === undefined ? undefined : await readState(workspace, parent);
  }
  return { states: open.toReversed(), question: fromBase(target, oldest.texts.base) };
}

/** Without any commit on either side there is no history to ask. */
function fromBase({ commit }: LandingTarget, base: ObjectId | null): MergeQuestion {
  if (commit === null) return { kind: 'trees', ours: null, from: null };
  return { kind: 'history', ours: commit, from: base };
}

/** The commits that landings on a branch made, by the state that each was made of; of this clone's log. */
async function landedCommits(
  workspace: Workspace,
  ref: string,
): Promise<ReadonlyMap<string, readonly ObjectId[]>> {
  const landed = new Map<string, ObjectId[]>();
  for await (const { line, texts } of workspace.log.newest()) {
    if (line.op !== 'land' || line.verdict.verdict === 'deny' || texts === 'redacted') continue;
    const moved = texts.refs.find(({ name }) => name === ref);
    const [state] = line.states;
    if (moved?.new === undefined || moved.new === null || state === undefined) continue;
    landed.set(state, [...(landed.get(state) ?? []), moved.new]);
    for (const [each, commit] of commitsOf(texts.result)) {
      landed.set(each, [...(landed.get(each) ?? []), commit]);
    }
  }
  return landed;
}

/** A landing without squashing made a commit of each state. */
function commitsOf(result: Json): readonly (readonly [string, ObjectId])[] {
  const commits = jsonField(result, 'commits');
  if (!Array.isArray(commits)) return [];
  return commits.flatMap((item: Json) => {
    const [state, commit] = [jsonField(item, 'state'), jsonField(item, 'commit')];
    return typeof state === 'string' && typeof commit === 'string' && COMMIT.test(commit)
      ? [[state, commit] as const]
      : [];
  });
}

const COMMIT = /^[0-9a-f]{40}$/;

async function anyInBranch(
  workspace: Workspace,
  commits: readonly ObjectId[],
  head: ObjectId | null,
): Promise<boolean> {
  if (head === null) return false;
  const landing = await workspace.landing();
  for (const commit of commits) if (await landing.isAncestor(commit, head)) return true;
  return false;
}
