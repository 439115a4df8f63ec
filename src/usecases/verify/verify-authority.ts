import { decodeAuthorityTexts } from '#domain/authority/authority-codec.ts';
import type { AuthorityEntry } from '#domain/authority/authority-fold.ts';
import type { AuthorityBody, AuthorityView } from '#domain/authority/authority.ts';
import type { AuthorityGraph } from '#domain/authority/fork/authority-graph.ts';
import { HeddleError } from '#domain/error.ts';
import { formatId, type AuthorityId, type RequestId, type TombstoneId } from '#domain/id.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import { textsDigest } from '#domain/state/texts.ts';
import type { Workspace } from '#ports/workspace.ts';
import { authorityVerifier, decodeEntry } from '#usecases/authority/load-authority.ts';
import { FileFold } from '#usecases/authority/fold-files.ts';
import { readRecordFiles, type RecordFiles } from '#usecases/authority/read-record.ts';
import { lostAuthority } from '#usecases/authority/clone-pin.ts';
import type { VerifyReport } from './report.ts';

/** The authority chain at each of its records, as far as it holds. */
export interface AuthorityHistory {
  readonly views: ReadonlyMap<AuthorityId, AuthorityView>;
  readonly newest: AuthorityView;
  /** Commits of the chain, each with its record. */
  readonly commits: ReadonlyMap<string, AuthorityId>;
  /** Tells whether a record is another one, or was made with knowledge of it. */
  readonly knows: (id: AuthorityId, other: AuthorityId) => boolean;
  /** Tells whether a record gives nothing any more: what was made apart from it took that away. */
  readonly isBeaten: (id: AuthorityId) => boolean;
  /** What each record says, genesis first and each after those it follows, as far as the chain holds. */
  readonly records: readonly (AuthorityBody & {
    readonly id: AuthorityId;
    readonly prev: readonly AuthorityId[];
    /** Requests by which others agreed to it. */
    readonly consents: readonly RequestId[];
    readonly by: string;
    /** Session and blocks of the chain that its author signed under. */
    readonly under: ReturnType<AuthorityGraph['signedUnder']>;
    /** Whether it revokes a block by standing above it, and by no role. */
    readonly ofOwnBlock: boolean;
  })[];
  /** Records whose sidecar was taken away, and the tombstone that is said to cover them. */
  readonly redacted: ReadonlyMap<AuthorityId, TombstoneId>;
}

/** Verifies the authority chain record by record; undefined where not even the genesis holds. */
export async function verifyAuthority(
  workspace: Workspace,
  report: VerifyReport,
): Promise<AuthorityHistory | undefined> {
  const head = await workspace.refs.read(AUTHORITY_REF);
  if (head === undefined) {
    report.find('authority', AUTHORITY_REF, 'the authority chain is missing');
    return undefined;
  }
  let files: readonly RecordFiles[] = [];
  await report.guard('authority', AUTHORITY_REF, async () => {
    files = await readRecordFiles(workspace.objects, head);
  });
  const lost = await lostAuthority(workspace, head, (known) => files.some(({ commit }) => commit === known));
  if (lost !== undefined)
    report.find(
      'authority',
      AUTHORITY_REF,
      `the chain was set back: this home knew it up to the commit ${lost}`,
    );
  const redacted = new Map<AuthorityId, TombstoneId>();
  const records: AuthorityHistory['records'][number][] = [];
  const fold = new FileFold(authorityVerifier(workspace, files));
  const views = foldStepwise(workspace, { files, redacted, records, fold }, report);
  const newest = [...views.values()].at(-1);
  if (newest === undefined) return undefined;
  const clone = await workspace.records.readClone();
  if (clone !== undefined && clone.genesis !== newest.genesis) {
    report.find('authority', newest.genesis, `the chain begins with another genesis than ${clone.genesis}`);
  }
  const commits = new Map(
    files.flatMap(({ commit }) => {
      const id = fold.idOf(commit);
      return id === undefined ? [] : [[commit, id] as const];
    }),
  );
  const knows = (id: AuthorityId, other: AuthorityId): boolean => fold.graph.knows(id, other);
  const isBeaten = (id: AuthorityId): boolean => fold.graph.isBeaten(id, newest.head);
  return { views, newest, commits, knows, isBeaten, records, redacted };
}

interface Chain {
  readonly files: readonly RecordFiles[];
  readonly redacted: Map<AuthorityId, TombstoneId>;
  readonly records: AuthorityHistory['records'][number][];
  readonly fold: FileFold;
}

function foldStepwise(
  workspace: Workspace,
  { files, redacted, records, fold }: Chain,
  report: VerifyReport,
): ReadonlyMap<AuthorityId, AuthorityView> {
  const views = new Map<AuthorityId, AuthorityView>();
  for (const record of files) {
    const id = formatId('hg', workspace.hasher.hash('authority', record.record));
    const entry = decode(workspace, record, id, report);
    if (entry === undefined) return views;
    const by = entry.redactedBy;
    if (by !== null) redacted.set(id, by);
    report.count('records');
    report.count('signatures');
    const step = fold.add(record, entry);
    if (step.kind === 'violation') {
      report.find('authority', id, `record ${entry.record.seq}: ${step.violation.why}`);
      return views;
    }
    views.set(id, step.view);
    const { body, prev, by: author, consents = [] } = entry.record;
    const under = fold.graph.signedUnder(id);
    records.push({ ...body, id, prev, consents, by: author, under, ofOwnBlock: record.revoked !== null });
  }
  return views;
}

function decode(
  workspace: Workspace,
  files: RecordFiles,
  id: AuthorityId,
  report: VerifyReport,
): (AuthorityEntry & { readonly redactedBy: TombstoneId | null }) | undefined {
  try {
    const entry = decodeEntry(files);
    const { texts } = entry.record;
    const sidecar = files.texts === null ? null : decodeAuthorityTexts(files.texts);
    if (texts !== null && sidecar !== null && 'redactedBy' in sidecar) return { ...entry, ...sidecar };
    const found = files.texts === null ? null : textsDigest(workspace.hasher, files.texts);
    if (texts !== found) report.find('authority', id, 'its texts are not those that the record names');
    return { ...entry, redactedBy: null };
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    report.find('authority', id, error.message);
    return undefined;
  }
}
