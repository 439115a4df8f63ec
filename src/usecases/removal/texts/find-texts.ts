import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { SHORTEST_PREFIX, shortId } from '#domain/id.ts';
import type { CoveredRecord } from '#domain/removal/covered-record.ts';
import { quotesContent } from '#domain/removal/quoted-words.ts';
import { spokenTexts } from '#domain/removal/spoken-texts.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { LoadedTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { threadHeads } from '#usecases/states/walk-states.ts';
import { resolveState } from '#usecases/states/resolve-state.ts';
import type { HeldSidecar } from './held-sidecar.ts';
import { heldSidecars } from './held-sidecars.ts';

/** What somebody wants to be removed of what people and agents wrote. */
export interface TextsTarget {
  /** A record by its id or the beginning of one, or a thread for its newest state. */
  readonly text: string;
  /** True where its task is meant: every record that has the same one goes too. */
  readonly task: boolean;
}

/** What a redaction of texts is about. */
export interface FoundTexts {
  /** The one that was named comes first. */
  readonly sidecars: readonly HeldSidecar[];
  /** What is looked for in other places. */
  readonly words: readonly string[];
}

/** Bytes. What is shorter stands in other records by chance, and is no reason to take those. */
const SHORTEST_ECHO = 8;
/** Bytes from which on a purge looks for words: what quotes so many has to go as well, the message of a landing too. */
const SHORTEST_QUOTE = 16;
const RECORD_NAME = /^(?:h[gsoqr]|answer|review)-[0-9a-hjkmnp-tv-z]+$/;

/**
 * Finds the sidecar of a record and every other one in which the same was written: a capture's log line says what its
 * state says. Throws `NOT_FOUND`, `AMBIGUOUS`, and `NOT_REDACTABLE` where nothing is left to hide, or the reason quotes it.
 */
export async function findTexts(
  workspace: Workspace,
  tombstones: LoadedTombstones,
  target: TextsTarget & { readonly reason: string },
): Promise<FoundTexts> {
  const beginning = await recordName(workspace, target.text);
  const named = choose(
    await collect(workspace, ({ record }) => record.startsWith(beginning)),
    beginning,
    tombstones,
  );
  const meant = meantTexts(named, target);
  const echoes = new Set(meant.filter((text) => utf8(text).length >= SHORTEST_ECHO));
  const others = await collect(
    workspace,
    (one) => one.record !== named.record && isMeant(one, { named, meant, echoes }),
  );
  const sidecars = [...new Map([named, ...others].map((one) => [one.record, one])).values()];
  for (const { record } of sidecars) refuseKeeping(record, tombstones);
  // Before anything is asked: a denial is written down too, with the reason.
  if (quotesContent(target.reason, meant.map(utf8))) {
    throw notRedactable(named.record, 'the reason, which is public and stays, quotes it');
  }
  return { sidecars, words: [...new Set(meant)] };
}

/** What a tombstone left of a file is known under the salt in its sidecar: without that nobody could tell it. */
export function refuseKeeping(record: CoveredRecord, { records }: LoadedTombstones): void {
  const tombstone = [...records.values()].find(({ id }) => id === record);
  if (tombstone?.hides !== true) return;
  if (tombstone.declaration.spans.length === 0) return;
  throw notRedactable(
    record,
    'it cut parts out of files, and the rest of them is known by what stands beside it',
  );
}

/** Two looks through everything cost time, one that keeps everything costs memory without bound. */
async function collect(
  workspace: Workspace,
  wanted: (sidecar: HeldSidecar) => boolean,
): Promise<readonly HeldSidecar[]> {
  const found: HeldSidecar[] = [];
  for await (const sidecar of heldSidecars(workspace)) if (wanted(sidecar)) found.push(sidecar);
  return found;
}

/** What is meant of a record: all that was written there, but a thread's task only where it is asked for. */
function meantTexts({ record, what, says }: HeldSidecar, { task }: TextsTarget): readonly string[] {
  const spoken = spokenTexts(says);
  const meant = spoken.filter(({ field }) => (field === 'task') === task).map(({ text }) => text);
  if (meant.length > 0 || (!task && !record.startsWith('hs-'))) return meant;
  const other = !task && spoken.length > 0 ? ': it has a task alone, see --task' : '';
  throw notRedactable(record, `the ${what} says nothing there${other}`);
}

function isMeant(
  one: HeldSidecar,
  {
    named,
    meant,
    echoes,
  }: {
    readonly named: HeldSidecar;
    readonly meant: readonly string[];
    readonly echoes: ReadonlySet<string>;
  },
): boolean {
  const related = one.states.some((state) => named.states.includes(state));
  return spokenTexts(one.says).some(
    ({ text }) =>
      echoes.has(text) ||
      (related && meant.includes(text)) ||
      [...echoes].some((echo) => utf8(echo).length >= SHORTEST_QUOTE && text.includes(echo)),
  );
}

/** The beginning of a record's name. */
async function recordName(workspace: Workspace, text: string): Promise<string> {
  if (!RECORD_NAME.test(text) || (await threadHeads(workspace)).has(text)) {
    return (await resolveState(workspace, text)).id;
  }
  if (text.startsWith('hg-')) throw notRedactable(text.slice(0, 80), OF_AUTHORITY);
  return text;
}

/** Every clone goes on from the same commits of authority: another one in the place of an old one would be a fork. */
const OF_AUTHORITY =
  'grants, freezes, policies and keys stay with their reasons, since all clones go on from the same chain of them; rotate what it tells, and change what was granted with a reason that says no more';

function choose(
  matches: readonly HeldSidecar[],
  beginning: string,
  { records }: LoadedTombstones,
): HeldSidecar {
  const shown = beginning.slice(0, 80);
  const letters = beginning.length - beginning.indexOf('-') - 1;
  if (letters < SHORTEST_PREFIX) throw ambiguous(shown, 'is too short for the id of a record');
  const [match] = matches;
  if (new Set(matches.map(({ record }) => record)).size > 1)
    throw ambiguous(shown, 'is the beginning of several');
  if (match !== undefined) return match;
  const hider = [...records.values()].find(
    ({ hides, declaration }) =>
      hides && declaration.covers.texts.some((record) => record.startsWith(beginning)),
  );
  if (hider !== undefined) throw notRedactable(beginning, `${shortId(hider.id)} redacted it already`);
  throw new HeddleError('NOT_FOUND', `no record with texts is called ${shown}`, {
    facts: { record: shown },
    preserved: 'nothing was changed',
  });
}

function ambiguous(record: string, why: string): HeddleError {
  return new HeddleError('AMBIGUOUS', `${record} ${why}`, {
    facts: { record },
    preserved: 'nothing was changed',
  });
}

/** The refusal of texts that cannot be taken out. */
function notRedactable(record: string, why: string): HeddleError {
  return new HeddleError(
    'NOT_REDACTABLE',
    `what is written in ${shortId(record)} cannot be redacted: ${why}`,
    {
      facts: { record },
      preserved: 'nothing was changed',
    },
  );
}
