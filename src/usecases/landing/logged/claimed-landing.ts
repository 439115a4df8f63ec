import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { parseId, type StateId } from '#domain/id.ts';
import { namingStyles, type TrailerStyle } from '#domain/landing/landing-message.ts';
import type { LandingSubject } from '#domain/landing/landing-rules.ts';
import { BRANCH_REFS } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { statesBeside } from '#usecases/landing/beside-states.ts';
import { foreignBase } from '#usecases/landing/landed-states.ts';
import { landingSubject } from '#usecases/landing/landing-subject.ts';
import { landLines, type LandLine } from './land-lines.ts';

/** What the line says was landed, and at least what it names itself. */
export function landedStates(result: Json, head: StateId): readonly StateId[] {
  const listed = jsonField(result, 'states');
  const ids = Array.isArray(listed) ? listed.filter((id: Json) => typeof id === 'string') : [];
  return [...new Set([head, ...ids.map((id) => parseId('hs', id))])];
}

interface Claimed {
  readonly landing: Pick<LandingSubject, 'thread' | 'branch' | 'state'>;
  readonly line: LandLine;
  /** The states that the line names, and those of them that are there. */
  readonly ids: readonly StateId[];
  readonly states: readonly CarriedState[];
  /** Of the commits that it brought; none where these are gone. */
  readonly messages: readonly string[];
}

/**
 * What landing rules look at of a landing that was made, or what is wrong with what its line says of it. A state that
 * is gone may be anybody's.
 */
export async function claimedLanding(
  workspace: Workspace,
  view: AuthorityView,
  { landing, line, ids, states, messages }: Claimed,
): Promise<LandingSubject | string> {
  const trailers = usedStyles(states, messages);
  const known = { ...landing, states, trailers };
  if (view.policies.every(({ rules }) => rules.approvals === null)) {
    return landingSubject(workspace, view, { ...known, beside: [], foreign: null });
  }
  const before = await landedBefore(workspace, line);
  const gone = ids.filter((id) => states.every((state) => state.id !== id));
  if (gone.length === 0 && !isWhole(states, before)) return 'it does not name all that it landed';
  const beside = await statesBeside(workspace, states, async ({ id }) => before.has(id));
  // Where its commits are gone, so is what the branch had before them.
  const foreign =
    messages.length === 0 ? null : await foreignBase(workspace, [...states, ...beside], branchBefore(line));
  const subject = landingSubject(workspace, view, { ...known, beside, foreign });
  return { ...subject, unproven: [...subject.unproven, ...gone] };
}

/** Where agents made states and no commit names one, that was a choice, too. */
function usedStyles(states: readonly CarriedState[], messages: readonly string[]): readonly TrailerStyle[] {
  const styles = new Set(messages.flatMap(namingStyles));
  const agents = messages.length > 0 && states.some(({ state }) => state.actor.agent !== null);
  return styles.size === 0 && agents ? ['none'] : [...styles];
}

/** Each state is among the landed ones, or was landed there before: nobody's work comes in unnamed. */
function isWhole(states: readonly CarriedState[], landed: ReadonlySet<StateId>): boolean {
  const named = new Set(states.map(({ id }) => id));
  return states.every(({ state: { parents } }) =>
    parents.slice(0, 1).every((parent) => named.has(parent) || landed.has(parent)),
  );
}

/** Where the branch was. */
function branchBefore({ texts }: LandLine): string | null {
  return texts.refs.find(({ name }) => name.startsWith(BRANCH_REFS))?.old ?? null;
}

/** States that earlier landings of this clone's logs brought to the same branch. */
async function landedBefore(
  { log }: Pick<Workspace, 'log'>,
  { line, texts }: LandLine,
): Promise<ReadonlySet<StateId>> {
  const names = texts.refs.map(({ name }) => name);
  const landed = new Set<StateId>();
  for (const earlier of await landLines(log)) {
    const [head] = earlier.line.states;
    if (earlier.line.lamport >= line.lamport || head === undefined) continue;
    const { refs, result } = earlier.texts;
    if (!refs.some(({ name }) => name.startsWith(BRANCH_REFS) && names.includes(name))) continue;
    for (const id of landedStates(result, head)) landed.add(id);
  }
  return landed;
}
