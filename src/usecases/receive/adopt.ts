import { shellWord } from '#domain/encoding/shell-line.ts';
import { formatHex } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { formatId, type AuthorityId } from '#domain/id.ts';
import { AUTHORITY_REF, THREAD_REFS } from '#domain/refs.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { InitResult, VerifyResult } from '#domain/results/work-results.ts';
import type { ClonePin } from '#ports/home-cache.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority, type LoadedAuthority } from '#usecases/authority/load-authority.ts';
import { readRecordFiles } from '#usecases/authority/read-record.ts';
import { readTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { callerAttention } from '#usecases/threads/credential-attention.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { findLateThreads, findLeftOut, leftOutNotes, type LeftOut } from './adoption/left-out.ts';
import { verifyReceived } from '#usecases/verify/verify.ts';
import { isEndorsed, publishAdoption } from './publish-adoption.ts';

/** A clone's own settings. */
interface Pinned {
  readonly cloneId: string;
  readonly genesis: AuthorityId;
}

export interface Adopted {
  readonly result: Omit<InitResult, 'gitMade'>;
  /** What is wrong with records that everybody can write; they count for nothing and stay. */
  readonly notes: readonly string[];
}

/** A clone with what is to be adopted, and what takes that over once it was verified. */
export interface Arrival {
  readonly looksLike: Workspace;
  /** Where it was fetched from; null for what was there already. */
  readonly remote: string | null;
  /** Durable on return. */
  readonly settle: () => Promise<void>;
  /** The same without some of the refs that are laid over. */
  readonly without: (refs: readonly string[]) => Arrival;
}

/**
 * Begins with what was fetched from another clone into `refs/heddle/`: all of it is verified first, then the genesis is
 * pinned, then a line of this clone's log says where each ref was found. Killed anywhere, it is done by calling it
 * again. Whether the genesis is the right one nobody can tell but whoever named it: a first fetch is believed.
 *
 * @param genesis the one that has to be found; null for any. Throws `ALREADY_INITIALISED`, `ADOPT_REFUSED`.
 * @param arrive lays over the clone what is not in it yet; left out where everything is.
 */
export async function adopt(
  workspace: Workspace,
  genesis: AuthorityId | null,
  arrive: (workspace: Workspace) => Promise<Arrival> = nothingMore,
): Promise<Adopted> {
  return workspace.lock.run(async () => {
    const arrival = await arrive(workspace);
    const pinned = await pinGenesis(arrival.looksLike, genesis);
    const begun = await verifySound(workspace, arrival, pinned);
    const { verified, leftOut, remote } = begun;
    await begun.settle();
    await workspace.records.writeClone(pinned);
    const authority = await loadAuthority(workspace);
    const operation = await publishAdoption(workspace, authority, remote);
    return {
      result: {
        ...(await describe(workspace, authority, verified)),
        replica: (await workspace.replica()).replica,
        operation,
      },
      notes: [
        ...verified.findings.map(({ subject, message }) => `${subject} counts for nothing: ${message}`),
        ...leftOutNotes(leftOut),
      ],
    };
  });
}

/** What of an arrival is taken over, verified. What has to be left out alone stops nothing else. Throws `ADOPT_REFUSED`. */
async function verifySound(workspace: Workspace, arrival: Arrival, pinned: Pinned) {
  const found = await findLeftOut(pinnedTo(arrival.looksLike, pinned));
  const most = await without(workspace, arrival, found);
  const looked = pinnedTo(most.looksLike, pinned);
  const verified = await verifyReceived(looked);
  const late = await findLateThreads(looked, verified.late);
  if (late.length === 0) {
    requireSound(verified.findings);
    return { ...most, verified, leftOut: found };
  }
  const rest = await without(workspace, most, late);
  // What was late by itself alone is not verified by what is left: all of it is looked at anew.
  const again = await verifyReceived(pinnedTo(rest.looksLike, pinned));
  requireSound(again.findings);
  return { ...rest, verified: again, leftOut: [...found, ...late] };
}

/** What stands in the clone already is for whoever put it there to take away. */
async function without({ refs }: Workspace, arrival: Arrival, out: readonly LeftOut[]): Promise<Arrival> {
  for (const { ref, what, why } of out) {
    if ((await refs.read(ref)) === undefined) continue;
    throw refused(`${what} is refused: ${why}`, {
      refs: out.map((one) => one.ref),
      advice: `leave it out with \`git update-ref -d ${shellWord(ref)}\`, and begin again`,
    });
  }
  return out.length === 0 ? arrival : arrival.without(out.map(({ ref }) => ref));
}

async function nothingMore(workspace: Workspace): Promise<Arrival> {
  const arrival: Arrival = {
    looksLike: workspace,
    remote: null,
    settle: async () => Promise.resolve(),
    without: () => arrival,
  };
  return Promise.resolve(arrival);
}

/** Throws `ALREADY_INITIALISED` where a clone has begun, before anything is fetched for it. */
export async function refuseBegunClone(workspace: Workspace): Promise<void> {
  if ((await workspace.records.readClone()) !== undefined)
    await workspace.lock.run(() => refuseSecond(workspace));
}

/** The genesis that is there; one that a killed adoption had pinned already stays so. */
async function pinGenesis(workspace: Workspace, wanted: AuthorityId | null): Promise<Pinned> {
  const clone = await workspace.records.readClone();
  if (clone !== undefined) await refuseSecond(workspace);
  const head = await workspace.refs.read(AUTHORITY_REF);
  if (head === undefined) {
    throw refused('nothing was fetched from another clone', {
      ref: AUTHORITY_REF,
      advice: 'fetch it first: `heddle init --adopt --remote NAME`',
    });
  }
  const found = await firstRecord(workspace, head);
  const known = clone ?? (await pinnedClone(workspace, found));
  const expected = wanted ?? known?.genesis ?? found;
  if (found !== expected) {
    throw refused('the authority chain begins with another genesis', { genesis: found, expected });
  }
  return { cloneId: idOf(known, found) ?? formatHex(workspace.random(16)), genesis: found };
}

async function firstRecord({ objects, hasher }: Workspace, head: ObjectId): Promise<AuthorityId> {
  const [first] = await readRecordFiles(objects, head);
  if (first === undefined) throw refused('the authority chain is empty', { ref: AUTHORITY_REF });
  return formatId('hg', hasher.hash('authority', first.record));
}

function idOf(
  known: Pick<ClonePin, 'cloneId' | 'genesis'> | undefined,
  genesis: AuthorityId,
): string | undefined {
  return known?.genesis === genesis ? known.cloneId : undefined;
}

/** The clone that this home knows here, where it did not come as far as its first line. */
async function pinnedClone({ pins }: Workspace, genesis: AuthorityId): Promise<ClonePin | undefined> {
  const pin = await pins.read();
  if (pin?.genesis === genesis) refuseBegun(pin);
  return pin;
}

/** Under another id nothing would count any more that this home keeps of it, what it refuses above all. */
function refuseBegun({ cloneId, line }: ClonePin): void {
  if (line === null) return;
  throw refused('this home knows a clone here that has begun, and its records were taken away', {
    clone: cloneId,
    advice: 'put `.git/heddle` back as it was, or clone again to another place',
  });
}

/** A clone that has begun stays what it is. */
async function refuseSecond(workspace: Workspace): Promise<void> {
  if ((await workspace.log.tails()).length === 0 && !(await isEndorsed(workspace))) return;
  await recover(workspace);
  throw new HeddleError('ALREADY_INITIALISED', 'heddle was initialised in this repository', {
    facts: { ref: AUTHORITY_REF },
    preserved: 'nothing was changed',
  });
}

/** The same workspace with a genesis pinned that is not written down yet. */
function pinnedTo(workspace: Workspace, pinned: Pinned): Workspace {
  return { ...workspace, records: workspace.records.assuming(pinned) };
}

/** What everybody can write is passed over where it is damaged; authority and states are not. */
const LENIENT: ReadonlySet<string> = new Set(['tombstone', 'request', 'answer', 'review', 'import']);

/** Throws `ADOPT_REFUSED` for what was found, but for records that everybody can write. */
export function requireSound(findings: readonly Finding[]): void {
  const bad = findings.filter(({ kind }) => !LENIENT.has(kind));
  const [first] = bad;
  if (first === undefined) return;
  const told = bad.slice(0, 20).map(({ kind, subject, message }) => `${kind} ${subject}: ${message}`);
  throw refused(`what was fetched does not verify: ${first.subject}: ${first.message}`, {
    findings: told,
    advice:
      'ask whoever keeps the other clone to run `heddle verify --all` there, and `heddle push --all` where that finds nothing; a thread or a log that is at fault can be left out with `git update-ref -d refs/heddle/threads/THREAD`, or `refs/heddle/oplog/CLONE`',
  });
}

function refused(why: string, facts: Readonly<Record<string, string | readonly string[]>>): HeddleError {
  return new HeddleError('ADOPT_REFUSED', why, { facts, preserved: 'nothing was changed' });
}

async function describe(
  workspace: Workspace,
  { view }: LoadedAuthority,
  { checked }: VerifyResult,
): Promise<Omit<InitResult, 'gitMade' | 'replica' | 'operation'>> {
  const owners = [
    ...new Set(
      view.grants
        .filter(({ role, resource }) => role === 'owner' && resource === view.repository)
        .map(({ principal }) => principal),
    ),
  ].toSorted();
  const { records } = await readTombstones(workspace, view);
  return {
    repository: view.repository,
    genesis: view.genesis,
    principal: owners[0] ?? view.everOwners[0] ?? '',
    keyMade: false,
    adopted: {
      owners,
      threads: (await workspace.refs.list(THREAD_REFS)).size,
      tombstones: records.size,
      signatures: checked.signatures,
      attention: await callerAttention(workspace, view),
    },
  };
}
