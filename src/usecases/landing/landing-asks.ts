import type { AuthorityView } from '#domain/authority/authority.ts';
import { landingPolicies } from '#domain/decision/gates/landing-gate.ts';
import {
  chooseTrailers,
  cleanMessage,
  namingStyles,
  type TrailerStyle,
} from '#domain/landing/landing-message.ts';
import { rulesTogether } from '#domain/policy/effective-policy.ts';
import { pathResource, threadResource } from '#domain/resource/resource.ts';
import type { Workspace } from '#ports/workspace.ts';
import { continuedStates } from '#usecases/states/continued-states.ts';
import { decide } from '#usecases/transaction/mutate.ts';
import type { Ask, Ground } from '#usecases/transaction/plan.ts';
import { landingSubject } from './landing-subject.ts';
import type { Found } from './tell-landing.ts';

export interface LandOptions {
  readonly thread: string;
  /** Null for the branch that is checked out. */
  readonly onto: string | null;
  /** False for a commit of each state. */
  readonly squash: boolean;
  /** Null for one made from what the states intended. */
  readonly message: string | null;
  /** Null for what the policies prefer. */
  readonly trailers: TrailerStyle | null;
  readonly dryRun: boolean;
}

/** The same with the branch that is meant. */
export interface BranchOptions extends LandOptions {
  readonly branch: string;
}

/** What is done under the policies of the moment. */
export interface Chosen extends BranchOptions {
  readonly trailers: TrailerStyle;
}

/** Chooses how trailers name agents, by the policies of the moment. */
export function choosePolicies(view: AuthorityView, options: BranchOptions): Chosen {
  const resources = [threadResource(view.repository, `heads/${options.branch}`)];
  const { trailers } = rulesTogether(landingPolicies({ resources, authority: view }, [options.thread]));
  return { ...options, trailers: chooseTrailers(options.trailers, trailers) };
}

/** The whole difference, against the branch as it is. */
export function landAsk(
  workspace: Workspace,
  view: AuthorityView,
  {
    found: { target, states, beside, foreign, merged },
    options,
  }: { readonly found: Found; readonly options: Chosen },
): Ask {
  const scope = `heads/${target.branch}`;
  const paths = merged.touched.map(({ path }) => pathResource(view.repository, scope, path));
  return {
    operation: 'thread:land',
    resources: paths.length === 0 ? [threadResource(view.repository, scope)] : paths,
    continues: continuedStates(workspace, view, { thread: scope, states }),
    landing: landingSubject(workspace, view, {
      thread: target.thread,
      branch: target.branch,
      state: target.head.id,
      states,
      beside,
      foreign,
      trailers: [...new Set([options.trailers, ...namingStyles(cleanMessage(options.message ?? ''))])],
    }),
  };
}

/** What reading the thread needs. */
export function readAsk({ repository }: AuthorityView, thread: string): Ask {
  return { operation: 'state:read', resources: [threadResource(repository, thread)] };
}

/** Whoever may not read the branch is told nothing of it, and whoever may not read the thread nothing of that. */
export async function blindAsk(
  workspace: Workspace,
  ground: Ground,
  { thread, branch }: BranchOptions,
): Promise<Ask> {
  const { view } = ground.authority;
  const resources = [threadResource(view.repository, `heads/${branch}`)];
  const reading = await decide(workspace, ground, { operation: 'state:read', resources });
  return reading.kind === 'deny' ? { operation: 'thread:land', resources } : readAsk(view, thread);
}
