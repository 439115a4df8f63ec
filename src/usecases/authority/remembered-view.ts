import { FOLD_VERSION } from '#domain/authority/authority-fold.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knownHome } from '#usecases/caller/known-home.ts';

/*
 * A view that this home folded from a verified chain, as text of two lines:
 *
 *   <digest of the second line, of kind "index", keyed with the clone's secret>
 *   {"commit","fold","knew","type":"authority-view","v":1,"view"}
 *
 * `commit` is the chain's newest at that time, `knew` the one of it that the home had pinned, or null, `fold` the version
 * of the rules. The secret lies in the home: whoever
 * writes the repository alone cannot make a line that is believed. A commit's id stands for everything before it, so
 * the text is about this chain and no other.
 */

/**
 * So many new records are verified again and again before the text is written anew: one for each so many of the chain,
 * whose text grows with it.
 */
const MOST_NEW_RECORDS = 32;
const RECORDS_FOR_EACH = 16;

/** A verified chain up to one of its commits. */
export interface RememberedView {
  readonly commit: string;
  /** What this home had pinned of it then: that is part of the chain. */
  readonly knew: string | null;
  readonly view: AuthorityView;
}

type Remembering = Pick<Workspace, 'authorityCache' | 'knownReplica' | 'pins'>;

/** The view that this home remembers; undefined for anything that it did not write, or wrote by other rules. */
export async function recallView(workspace: Remembering): Promise<RememberedView | undefined> {
  if (await workspace.authorityCache.isEmpty()) return undefined;
  const identity = await knownHome(workspace);
  if (identity === undefined) return undefined;
  const text = decodeUtf8((await workspace.authorityCache.read(identity.replica)) ?? new Uint8Array());
  const end = text?.indexOf('\n') ?? -1;
  if (text === undefined || end < 0) return undefined;
  const line = text.slice(end + 1);
  if (text.slice(0, end) !== identity.keyed('index', utf8(line))) return undefined;
  return parseRemembered(line);
}

/** Remembers a view where that will save time; `known` is what was remembered before. */
export async function rememberView(
  workspace: Remembering,
  { commit, view }: Omit<RememberedView, 'knew'>,
  known: RememberedView | undefined,
): Promise<void> {
  if (known !== undefined && view.seq - known.view.seq < worthWriting(view)) return;
  const identity = await knownHome(workspace);
  if (identity === undefined) return;
  const knew = (await workspace.pins.read())?.authority ?? null;
  const line = JSON.stringify({ type: 'authority-view', v: 1, fold: FOLD_VERSION, commit, knew, view });
  const bytes = utf8(`${identity.keyed('index', utf8(line))}\n${line}`);
  await workspace.authorityCache.write(identity.replica, bytes);
}

function worthWriting({ seq }: AuthorityView): number {
  return Math.min(MOST_NEW_RECORDS, Math.ceil((seq + 1) / RECORDS_FOR_EACH));
}

/** Of a line that was found to be this home's own: it is what {@link rememberView} wrote, or of another version. */
function parseRemembered(line: string): RememberedView | undefined {
  const { type, v, fold, commit, knew, view } = JSON.parse(line) as RememberedView &
    Readonly<Record<string, unknown>>;
  const isOfThisVersion = type === 'authority-view' && v === 1 && fold === FOLD_VERSION;
  return isOfThisVersion ? { commit, knew, view } : undefined;
}
