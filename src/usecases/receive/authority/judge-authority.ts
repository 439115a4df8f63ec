import type { AuthorityViolation } from '#domain/authority/authority-fold.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { lastingOwners } from '#domain/authority/last-owner.ts';
import { HeddleError } from '#domain/error.ts';
import type { AuthorityId } from '#domain/id.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Machine, Workspace } from '#ports/workspace.ts';
import { authorityVerifier, decodeEntry } from '#usecases/authority/load-authority.ts';
import { FileFold } from '#usecases/authority/fold-files.ts';
import { readRecordFiles, type RecordFiles } from '#usecases/authority/read-record.ts';

/** What there is to be judged: the head of the chain that is known, and one that somebody offers. */
export interface OfferedHead {
  /** Null where none is known yet. */
  readonly known: ObjectId | null;
  readonly offered: ObjectId;
}

/** How an authority chain that somebody offers stands to the one that is known. */
export type JudgedAuthority =
  | { readonly kind: 'same' }
  /** It continues what is known, or begins; whether its genesis is the right one is for the caller where none was known. */
  | ({ readonly kind: 'ahead'; readonly view: AuthorityView } & Beaten)
  /** It ends where the known one went on: nothing new, and a rollback where it is to take that one's place. */
  | { readonly kind: 'behind'; readonly view: AuthorityView }
  /** Each has records that the other lacks. */
  | { readonly kind: 'apart'; readonly join: JoinPlan }
  /** The same, and joined they would leave nobody who owns the repository. */
  | { readonly kind: 'irreconcilable'; readonly why: string; readonly join: JoinPlan }
  | { readonly kind: 'stranger'; readonly genesis: AuthorityId }
  | { readonly kind: 'invalid'; readonly violation: AuthorityViolation };

/** What of a known chain gives nothing any more by another one. */
export interface Beaten {
  /** Records that give nothing any more. */
  readonly beaten: readonly AuthorityId[];
  /** All records of both, as they were read. */
  readonly files: readonly RecordFiles[];
}

/** What joining two chains would do; what is beaten stands on either side. */
export interface JoinPlan extends Beaten {
  /** What both come to together. */
  readonly view: AuthorityView;
  /** The records to be joined, in the order in which a merge names them, with their commits. */
  readonly sides: readonly [JoinSide, JoinSide];
}

interface JoinSide {
  readonly id: AuthorityId;
  readonly commit: ObjectId;
}

type Judging = Pick<Workspace, 'objects'> & Pick<Machine, 'hasher' | 'verifySignature' | 'tokens'>;

/**
 * Judges an authority chain that was fetched or pushed: every record of it is verified from the genesis on. Reads only;
 * what is offered may be anything. Throws `AUTHORITY_INVALID` where the known one does not hold.
 */
export async function judgeAuthority(
  workspace: Judging,
  { known, offered }: OfferedHead,
): Promise<JudgedAuthority> {
  if (known === offered) return { kind: 'same' };
  const mine = known === null ? [] : await readRecordFiles(workspace.objects, known);
  const read = await readOffered(workspace, mine, offered);
  if (read.kind === 'invalid') return read;
  const files = [...mine, ...read.files];
  const fold = new FileFold(authorityVerifier(workspace, files));
  const bad = addAll(fold, mine);
  if (bad !== undefined) throw new HeddleError('AUTHORITY_INVALID', `the known authority chain: ${bad.why}`);
  const wrong = addAll(fold, read.files);
  if (wrong !== undefined) return { kind: 'invalid', violation: wrong };
  return compare(fold, { known, offered }, files);
}

function compare(
  fold: FileFold,
  { known, offered }: OfferedHead,
  files: readonly RecordFiles[],
): JudgedAuthority {
  const theirs = headOf(fold, offered);
  if (known === null) return { kind: 'ahead', view: theirs.view, beaten: [], files };
  const mine = headOf(fold, known);
  if (theirs.view.genesis !== mine.view.genesis) return { kind: 'stranger', genesis: theirs.view.genesis };
  if (mine.id === theirs.id) return { kind: 'same' };
  if (fold.graph.knows(theirs.id, mine.id)) {
    const beaten = fold.graph.beatenSince(mine.id, theirs.id);
    return { kind: 'ahead', view: theirs.view, beaten, files };
  }
  if (fold.graph.knows(mine.id, theirs.id)) return { kind: 'behind', view: theirs.view };
  const joined = fold.graph.join(mine.id, theirs.id);
  if (joined === undefined) throw new Error('invariant: chains of one genesis can be joined');
  const sides = mine.id < theirs.id ? ([mine, theirs] as const) : ([theirs, mine] as const);
  const join = { ...joined, sides, files };
  return lastingOwners(joined.view).length === 0
    ? { kind: 'irreconcilable', why: OWNERLESS, join }
    : { kind: 'apart', join };
}

function headOf(fold: FileFold, commit: ObjectId): JoinSide & { readonly view: AuthorityView } {
  const id = fold.idOf(commit);
  const view = id === undefined ? undefined : fold.graph.view(id);
  if (id === undefined || view === undefined) throw new Error('invariant: what was folded has a view');
  return { id, commit, view };
}

const OWNERLESS = 'joined, they would leave no owner whose grant does not end';

type Read =
  | { readonly kind: 'read'; readonly files: readonly RecordFiles[] }
  | Extract<JudgedAuthority, { readonly kind: 'invalid' }>;

async function readOffered(
  { objects }: Judging,
  mine: readonly RecordFiles[],
  offered: ObjectId,
): Promise<Read> {
  try {
    const known = new Set(mine.map(({ commit }) => commit));
    return { kind: 'read', files: await readRecordFiles(objects, offered, known) };
  } catch (error) {
    return { kind: 'invalid', violation: unreadable(error) };
  }
}

/** The first record that does not hold. */
function addAll(fold: FileFold, files: readonly RecordFiles[]): AuthorityViolation | undefined {
  for (const file of files) {
    try {
      const added = fold.add(file, decodeEntry(file));
      if (added.kind === 'violation') return added.violation;
    } catch (error) {
      return unreadable(error);
    }
  }
  return undefined;
}

/** Bytes that are no record; any other failure is no judgement. */
function unreadable(error: unknown): AuthorityViolation {
  if (!(error instanceof HeddleError) || !UNREADABLE.has(error.code)) throw error;
  return { record: null, seq: 0, by: null, why: error.message };
}

const UNREADABLE: ReadonlySet<string> = new Set([
  'AUTHORITY_INVALID',
  'FORMAT_INVALID',
  'FORMAT_UNKNOWN',
  'OBJECT_CORRUPT',
]);
