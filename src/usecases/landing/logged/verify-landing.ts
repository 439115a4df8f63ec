import type { AuthorityView } from '#domain/authority/authority.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { StateId } from '#domain/id.ts';
import { commitMessage, namedState } from '#domain/landing/landed-commit.ts';
import { AUTHORITY_REF, BRANCH_REFS } from '#domain/refs.ts';
import { pathResource, threadResource } from '#domain/resource/resource.ts';
import { parseCommitLinks, type CommitLinks } from '#domain/state/carrier.ts';
import type { GitObject, ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { continuedStates } from '#usecases/states/continued-states.ts';
import { findState } from '#usecases/states/find-states.ts';
import type { Ask } from '#usecases/transaction/plan.ts';
import { claimedLanding, landedStates } from './claimed-landing.ts';
import type { LandLine } from './land-lines.ts';

/**
 * What taking a landing back needs, whoever made it: at every path that it touched, as the landing did. Throws nothing;
 * undefined where the line is none of a landing.
 */
export async function landingUndoAsk(
  workspace: Workspace,
  view: AuthorityView,
  landing: LandLine,
): Promise<Ask | undefined> {
  const claim = await landingClaim(workspace, view, landing);
  const [landed] = claim.kind === 'asks' ? claim.asks : [];
  return landed === undefined ? undefined : { operation: 'undo', own: false, resources: landed.resources };
}

/** What doing a landing again needs: what taking it back does, and all that it needs itself. */
export function landingRedoAsks(asks: readonly Ask[]): readonly Ask[] {
  const [landed] = asks;
  if (landed === undefined) return [];
  return [{ operation: 'undo', own: false, resources: landed.resources }, ...asks];
}

/** What a line says that it landed, as far as it can be looked at. */
export type LandingClaim =
  | { readonly kind: 'refused'; readonly why: string }
  /** What its author had to be allowed. */
  | {
      readonly kind: 'asks';
      readonly asks: readonly Ask[];
      /** Of the commits that came, oldest first; none where they are gone. */
      readonly trees: readonly (ObjectId | null)[];
    };

const MOST_COMMITS = 10_000;
const LARGEST_COMMIT = 1024 * 1024;
const EFFECTS: readonly string[] = ['follow', 'worktree'];

/** Tells whether a line does no more to worktrees than a landing does. */
export function onlyFollows({ effects }: Pick<LandLine['texts'], 'effects'>): boolean {
  return effects.every(({ kind }) => EFFECTS.includes(kind));
}

/**
 * Looks at what a landing brought: commits on top of where the branch was, one after the other, the last one naming the
 * state, and every path that any of them touched. Commits that are gone since, of a landing that was taken back, cannot
 * be looked at any more: then the branch as a whole has to have been allowed.
 */
export async function landingClaim(
  workspace: Workspace,
  view: AuthorityView,
  { line, texts }: LandLine,
): Promise<LandingClaim> {
  // The first line of a clone registers the clone as well; that is judged with the chain.
  const [move, ...more] = texts.refs.filter(({ name }) => name !== AUTHORITY_REF);
  const [state, ...others] = line.states;
  const thread = jsonField(texts.result, 'thread');
  if (
    move?.new === undefined ||
    move.new === null ||
    more.length + others.length > 0 ||
    state === undefined
  ) {
    return refused('a landing moves one branch to one new commit, for one state');
  }
  if (!move.name.startsWith(BRANCH_REFS)) return refused('it lands on what is no branch');
  if (!onlyFollows(texts)) return refused('it does more than a landing');
  if (typeof thread !== 'string') return refused('it names no thread');
  const scope = `heads/${move.name.slice(BRANCH_REFS.length)}`;
  const brought = await readCommits(workspace, { from: move.old, to: move.new, state });
  if (typeof brought === 'string') return refused(brought);
  const paths = await touchedPaths(workspace, brought);
  const { repository } = view;
  const at = paths.map((path) => pathResource(repository, scope, path));
  const ids = landedStates(texts.result, state);
  const states = (await Promise.all(ids.map((id) => findState(workspace, id)))).flatMap(
    (found) => found ?? [],
  );
  const landing = await claimedLanding(workspace, view, {
    landing: { thread, branch: move.name.slice(BRANCH_REFS.length), state },
    line: { line, texts },
    ids,
    states,
    messages: brought.messages,
  });
  if (typeof landing === 'string') return refused(landing);
  return {
    kind: 'asks',
    trees: brought.trees.slice(1),
    asks: [
      {
        operation: 'thread:land',
        resources: at.length === 0 ? [threadResource(repository, scope)] : at,
        continues: continuedStates(workspace, view, {
          thread: scope,
          states,
        }),
        landing,
      },
      { operation: 'state:read', resources: [threadResource(repository, thread)] },
    ],
  };
}

function refused(why: string): LandingClaim {
  return { kind: 'refused', why };
}

interface Brought {
  /** Oldest first, from where the branch was; null for nothing. */
  readonly trees: readonly (ObjectId | null)[];
  /** Of the commits, newest first. */
  readonly messages: readonly string[];
}

interface Span {
  readonly from: ObjectId | null;
  readonly to: ObjectId;
  readonly state: StateId;
}

/** The trees of the commits that came; what is wrong with them; none where they are gone. */
async function readCommits(workspace: Workspace, span: Span): Promise<Brought | string> {
  const trees: (ObjectId | null)[] = [];
  const messages: string[] = [];
  let commit: ObjectId | null = span.to;
  while (commit !== span.from && commit !== null) {
    if (trees.length === MOST_COMMITS) return 'it brings more commits than anybody looks at';
    const object = await workspace.objects.read(commit, LARGEST_COMMIT);
    if (object === undefined && commit === span.to) return { trees: [], messages };
    const links: CommitLinks | string = landedLinks(object, commit === span.to ? span.state : null);
    if (typeof links === 'string') return links;
    trees.unshift(links.tree);
    messages.push(messageOf(object));
    commit = links.parents[0] ?? null;
  }
  if (commit !== span.from) return 'it is not on top of where the branch was';
  return { trees: [await treeOf(workspace, span.from), ...trees], messages };
}

function messageOf(object: GitObject | undefined): string {
  return (object === undefined ? undefined : commitMessage(object.content)) ?? '';
}

/** Tree and parent of a commit that a landing made, of this state where one is given; or what is wrong with it. */
function landedLinks(object: GitObject | undefined, state: StateId | null): CommitLinks | string {
  const links = object?.kind === 'commit' ? parseCommitLinks(object.content) : undefined;
  if (object === undefined || links === undefined) return 'a commit that it brings is missing';
  if (links.parents.length > 1) return 'it brings a merge';
  const named = namedState(commitMessage(object.content) ?? '');
  if (named === undefined) return 'a commit that it brings names no state';
  return state === null || named === state ? links : 'its commit names another state';
}

async function treeOf(workspace: Workspace, commit: ObjectId | null): Promise<ObjectId | null> {
  return commit === null ? null : workspace.revisions.commitTree(commit);
}

async function touchedPaths(workspace: Workspace, { trees }: Brought): Promise<readonly Uint8Array[]> {
  const touched = new Map<string, Uint8Array>();
  for (const [index, tree] of trees.entries()) {
    if (index === 0) continue;
    for (const { path } of await workspace.comparer.compare(trees[index - 1] ?? null, tree)) {
      touched.set(path.join(), path);
    }
  }
  return [...touched.values()];
}
