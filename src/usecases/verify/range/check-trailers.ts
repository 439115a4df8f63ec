import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import { parseId, shortId } from '#domain/id.ts';
import { assistedBy, namingStyles } from '#domain/landing/landing-message.ts';
import { toldTrailers } from '#domain/landing/told-trailers.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findState } from '#usecases/states/find-states.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { walkSoundStates } from '#usecases/states/walk-states.ts';
import type { FindingCollector } from './collect-findings.ts';
import type { ReadCommit } from './commit-changes.ts';

/** States among which the agents are looked for that a commit names. */
const MOST_STATES = 2000;

export interface TrailerGround {
  readonly view: AuthorityView;
  /** The place at which policies are asked. */
  readonly resource: string;
  readonly findings: FindingCollector;
}

/**
 * Holds a commit's trailers against what they name; the state that it names, if it names one that there is. Trailers
 * attribute nothing: they are for people, who should not be lied to.
 */
export async function checkTrailers(
  workspace: Workspace,
  { commit, message }: ReadCommit,
  { view, resource, findings }: TrailerGround,
): Promise<CarriedState | undefined> {
  const told = toldTrailers(message);
  if (told.states.length === 0) return undefined;
  const place = { commit };
  const [name = '', ...more] = told.states;
  if (more.length > 0) findings.find('trailer-state', 'it names more than one state', place);
  const state = await namedState(workspace, name);
  if (state === undefined) {
    findings.find(
      'trailer-state',
      `it names the state ${name.slice(0, 80)}, which no thread here has`,
      place,
    );
    return undefined;
  }
  const { thread } = state.state;
  for (const other of told.threads.filter((one) => one !== thread)) {
    const why = `it names the thread ${other.slice(0, 200)}, and ${shortId(state.id)} is of ${thread}`;
    findings.find('trailer-thread', why, { ...place, state });
  }
  await checkAgents(workspace, { named: told.assistedBy, state }, { findings, commit });
  const allowed = effectivePolicy(view, resource).trailers;
  for (const style of namingStyles(message)) {
    if (allowed === null || allowed.includes(style)) continue;
    const why = `policies want agents named by ${allowed.join(' or ')}, and not by ${style}`;
    findings.find('trailer-style', why, { ...place, state });
  }
  return state;
}

async function namedState(workspace: Workspace, name: string): Promise<CarriedState | undefined> {
  try {
    return await findState(workspace, parseId('hs', name));
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'FORMAT_INVALID') return undefined;
    throw error;
  }
}

async function checkAgents(
  workspace: Workspace,
  { named, state }: { readonly named: readonly string[]; readonly state: CarriedState },
  { findings, commit }: { readonly findings: FindingCollector; readonly commit: string },
): Promise<void> {
  const unknown = new Set(named);
  if (unknown.size === 0) return;
  let seen = 0;
  for await (const one of walkSoundStates(workspace, [state.carrier])) {
    unknown.delete(assistedBy(one.state.actor) ?? '');
    seen += 1;
    if (unknown.size === 0 || seen === MOST_STATES) break;
  }
  for (const name of unknown) {
    const why = `it names ${name.slice(0, 200)}, and no state of the thread is by such an agent`;
    findings.find('trailer-agent', why, { commit, state });
  }
}
