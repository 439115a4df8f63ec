import { rootKeys } from '#domain/authority/authority-view.ts';
import { HeddleError } from '#domain/error.ts';
import type { EvidenceIndex } from '#domain/evidence/evidence-codec.ts';
import type { AuthorityId, Digest } from '#domain/id.ts';
import { decodeOperation, hashOperation } from '#domain/operation/operation-codec.ts';
import type { OperationLine } from '#domain/operation/operation.ts';
import type { TombstoneSummary } from '#domain/results/removal-results.ts';
import type { StateSummary, VerifyResult } from '#domain/results/work-results.ts';
import type { EvidenceReader } from '#ports/boundary/evidence.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RefStore } from '#ports/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { summariseStates } from '#usecases/history/state-summary.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { keptHeads, walkSoundStates } from '#usecases/states/walk-states.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { summariseTombstone } from '#usecases/tombstones/tombstone-summary.ts';
import { verifyLineSigner } from '#usecases/transaction/line-signature.ts';
import { LateWork } from '#usecases/verify/late-work.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import { verifyAuthority, type AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import { verifyRequestSet } from '#usecases/verify/verify-request-set.ts';
import { verifyStatesFrom } from '#usecases/verify/states/verify-states.ts';
import { verifyTombstoneSet } from '#usecases/verify/verify-tombstone-set.ts';
import { notProvenBy } from './not-proven.ts';
import { scopeProblem } from './scope-problem.ts';

/** Log lines that name the states of an evidence, and the token chains that they were signed under. */
export interface EvidenceLines {
  /** By id; canonical. */
  readonly lines: ReadonlyMap<string, Uint8Array>;
  readonly chains: ReadonlyMap<Digest, Uint8Array>;
}

/** What is judged. */
export interface JudgedEvidence {
  readonly index: EvidenceIndex;
  readonly lines: EvidenceLines;
  /** Null where nobody said by which genesis; then the evidence's own is taken. */
  readonly genesis: AuthorityId | null;
}

/** What was found out about an evidence. */
export interface EvidenceJudgement {
  readonly repository: string | null;
  /** Newest first. */
  readonly states: readonly StateSummary[];
  readonly tombstones: readonly TombstoneSummary[];
  readonly verified: VerifyResult;
  readonly notProven: readonly string[];
}

const INDEX = 'evidence.json';
/** Never written: an evidence is no clone. */
const NO_CLONE_ID = '0'.repeat(32);

/**
 * Verifies what an evidence holds, or what one would, by the judges of `verify`: everything that they read goes through
 * the reader, so that an evidence can be exactly that.
 */
export async function judgeEvidence(
  nowhere: Workspace,
  reader: EvidenceReader,
  { index, lines, genesis }: JudgedEvidence,
): Promise<EvidenceJudgement> {
  const workspace: Workspace = {
    ...nowhere,
    ...reader.ports,
    refs: fixedRefs(index),
    records: nowhere.records.assuming({ cloneId: NO_CLONE_ID, genesis: genesis ?? index.genesis }),
  };
  const report = new VerifyReport();
  const unsure: string[] = [];
  const authority = await verifyAuthority(workspace, report);
  const told = { repository: authority?.newest.repository ?? null, states: [], tombstones: [] };
  const held =
    authority === undefined ? told : await verifyHeld(workspace, { authority, report, unsure, index, lines });
  const verified = report.result();
  const notProven = [...notProvenBy(index, reader.leftOut()), ...unsure];
  return { ...told, ...held, verified, notProven };
}

interface Ground {
  readonly authority: AuthorityHistory;
  readonly report: VerifyReport;
  readonly unsure: string[];
  readonly index: EvidenceIndex;
  readonly lines: EvidenceLines;
}

async function verifyHeld(
  workspace: Workspace,
  { authority, report, unsure, index, lines }: Ground,
): Promise<Pick<EvidenceJudgement, 'states' | 'tombstones'>> {
  const tombstones = await verifyTombstoneSet(workspace, report, authority);
  const late = new LateWork(authority);
  const ground = { report, authority, tombstones, late, received: true };
  const heads = [...(await keptHeads(workspace))];
  await report.guard('evidence', INDEX, async () => {
    const why = await scopeProblem(workspace, index, heads);
    if (why !== undefined) report.find('evidence', INDEX, why);
  });
  const older = await carriersFrom(workspace, index.since);
  const isKnown = async (carrier: ObjectId): Promise<boolean> => older.has(carrier);
  await verifyStatesFrom(workspace, ground, { heads, isKnown });
  await verifyRequestSet(workspace, report, { authority, tombstones });
  const states = await statesOf(workspace, { heads, since: index.since });
  await verifyLines(workspace, { authority, report, lines, states: new Set(states.map(({ id }) => id)) });
  await report.guard('state', 'late work', () =>
    late.report(workspace, report, (subject, message) => {
      unsure.push(`whether ${subject} was seen in time: ${message}, as far as this evidence tells`);
    }),
  );
  const loaded = await loadTombstones(workspace, authority.newest);
  return {
    states: await summariseStates(workspace, states, { view: authority.newest, tombstones: loaded }),
    tombstones: [...loaded.records.values()].map(summariseTombstone),
  };
}

/** The states of an evidence, newest first: all that heads reach, without what a range leaves out. */
export async function statesOf(
  workspace: Workspace,
  {
    heads,
    since,
  }: {
    readonly heads: readonly (readonly [ref: string, carrier: ObjectId])[];
    readonly since: ObjectId | null;
  },
): Promise<readonly CarriedState[]> {
  const older = await carriersFrom(workspace, since);
  const states: CarriedState[] = [];
  const newest = heads.map(([, carrier]) => carrier);
  for await (const carried of walkSoundStates(workspace, newest)) {
    if (!older.has(carried.carrier)) states.push(carried);
  }
  return states;
}

async function carriersFrom(workspace: Workspace, head: ObjectId | null): Promise<ReadonlySet<ObjectId>> {
  const carriers = new Set<ObjectId>();
  if (head === null) return carriers;
  for await (const { carrier } of walkSoundStates(workspace, [head])) carriers.add(carrier);
  return carriers;
}

async function verifyLines(
  workspace: Workspace,
  {
    authority,
    report,
    lines: { lines, chains },
    states,
  }: Pick<Ground, 'authority' | 'report' | 'lines'> & { readonly states: ReadonlySet<string> },
): Promise<void> {
  const signers = { ...workspace, log: { readChain: async (digest: Digest) => chains.get(digest) } };
  const used = new Set<string>();
  for (const [id, bytes] of lines) {
    report.count('operations');
    report.count('signatures');
    await report.guard('operation', id, async () => {
      const line = decodeOperation(bytes);
      if (line.chain !== null) used.add(line.chain);
      const signer = await verifyLineSigner(signers, line, rootKeys(authority.newest));
      const why =
        hashOperation(workspace.hasher, bytes) === id
          ? lineProblem(line, authority, states)
          : 'it is not the line that it is named after';
      const { replicas } = authority.newest;
      const isKnown = signer.kind !== 'replica' || replicas.some(({ replica }) => replica === line.replica);
      if (signer.kind === 'refused') report.find('operation', id, signer.why);
      else if (why !== undefined) report.find('operation', id, why);
      else if (!isKnown) report.find('operation', id, 'it is signed by a clone alone, which nobody endorsed');
    });
  }
  for (const digest of chains.keys()) if (!used.has(digest)) report.find('evidence', digest, UNUSED);
}

/** What nothing names nobody verified. */
export const UNUSED = 'it is in the evidence, and nothing names it';

function lineProblem(
  { repo, policy, states: named }: OperationLine,
  { newest, views }: AuthorityHistory,
  states: ReadonlySet<string>,
): string | undefined {
  if (repo !== newest.genesis) return 'it belongs to another repository';
  if (policy !== null && !views.has(policy)) return 'the authority record it was decided under is unknown';
  return named.some((state) => states.has(state)) ? undefined : 'it names none of the states';
}

function fixedRefs({ refs }: EvidenceIndex): RefStore {
  const named = new Map(refs.map(({ name, id }) => [name, id]));
  const refuse = (): Promise<never> =>
    Promise.reject(new HeddleError('NOT_A_REPOSITORY', 'refs of an evidence do not move', {}));
  return {
    list: async (prefix) => new Map([...named].filter(([name]) => name.startsWith(prefix))),
    read: async (name) => named.get(name),
    readBranch: refuse,
    prepare: refuse,
    removeStaleLocks: refuse,
  };
}
