import type { AuthorityView } from '#domain/authority/authority.ts';
import type { RedactionNotice, StateSummary } from '#domain/results/work-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { HiddenEntries } from '#usecases/content/hidden-entries.ts';
import { noticesOf, textsNotice } from '#usecases/content/redaction-notices.ts';
import { manifestTrees } from '#usecases/states/carrier-trees.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import type { LoadedTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { factsOf } from './state-facts.ts';

/** What a summary is judged by. */
export interface SummaryGround {
  readonly view: AuthorityView;
  readonly tombstones: LoadedTombstones;
}

/** The published form of states, in order, with what is hidden of each. */
export async function summariseStates(
  workspace: Workspace,
  states: readonly CarriedState[],
  { view, tombstones }: SummaryGround,
): Promise<readonly StateSummary[]> {
  const hidden = await findHidden(workspace, states, tombstones);
  return states.map((carried, index) => {
    const redacted = [...hiddenTexts(carried, tombstones), ...(hidden[index] ?? [])];
    return summarise(workspace, { carried, view, redacted });
  });
}

/** A state's own texts; what stands in their place may name a tombstone that nobody has. */
function hiddenTexts(
  { redactedBy }: CarriedState,
  { records }: LoadedTombstones,
): readonly RedactionNotice[] {
  const tombstone = redactedBy === null ? undefined : records.get(redactedBy);
  return tombstone === undefined ? [] : [textsNotice(tombstone)];
}

async function findHidden(
  workspace: Workspace,
  states: readonly CarriedState[],
  tombstones: LoadedTombstones,
): Promise<readonly (readonly RedactionNotice[])[]> {
  if (tombstones.hidden.size === 0) return [];
  const carriers = states.map(({ carrier }) => carrier);
  const found = await new HiddenEntries(workspace, tombstones).find(await manifestTrees(workspace, carriers));
  return found.map(noticesOf);
}

function summarise(
  workspace: Workspace,
  options: {
    readonly carried: CarriedState;
    readonly view: AuthorityView;
    readonly redacted: readonly RedactionNotice[];
  },
): StateSummary {
  const { carried, view, redacted } = options;
  const { state, thread, parents, tree, ...made } = factsOf(workspace, carried, view);
  const { intent, task } = carried.texts;
  return { state, thread, parents, tree, intent, task, ...made, redacted };
}
