import {
  cleanMessage,
  landingTrailers,
  stateMessage,
  threadMessage,
  type TrailerStyle,
} from '#domain/landing/landing-message.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import type { LandingTarget } from './landing-target.ts';
import type { Merged, MergedStep } from './merge-states.ts';

interface Landing {
  readonly target: LandingTarget;
  readonly states: readonly CarriedState[];
  readonly merged: Merged;
}

/** What each commit says, its trailers included. */
export async function landingMessages(
  workspace: Workspace,
  { target, states, merged }: Landing,
  options: { readonly squash: boolean; readonly message: string | null; readonly trailers: TrailerStyle },
): Promise<readonly (MergedStep & { readonly message: string })[]> {
  if (merged.kind === 'conflict') return [];
  const landing = await workspace.landing();
  const told: (MergedStep & { readonly message: string })[] = [];
  let after = 0;
  for (const step of merged.steps) {
    // What came before it and has no commit is in it: what was in conflict, and what changes nothing.
    const end = states.findIndex(({ id }) => id === step.state.id) + 1;
    const covered = states.slice(after, end);
    after = end;
    const text = options.squash
      ? squashMessage(target, states, options.message)
      : stateMessage(target.thread, step.told.texts.intent);
    const trailers = landingTrailers(options.trailers, {
      state: step.state.id,
      thread: target.thread,
      actors: covered.map(({ state }) => state.actor),
      author: step.told.state.actor.principal,
    });
    told.push({ ...step, message: await landing.addTrailers(text, trailers) });
  }
  return told;
}

function squashMessage(
  { thread, head }: LandingTarget,
  states: readonly CarriedState[],
  message: string | null,
): string {
  const given = cleanMessage(message ?? '');
  if (given !== '') return given;
  return threadMessage({
    thread,
    task: head.texts.task,
    intents: states.filter((carried) => changesFiles(carried, states)).map(({ texts }) => texts.intent),
  });
}

/** False of what only goes on from a state, such as under another name. */
function changesFiles({ state }: CarriedState, states: readonly CarriedState[]): boolean {
  const [before] = state.parents;
  return !states.some((other) => other.id === before && other.state.tree === state.tree);
}
