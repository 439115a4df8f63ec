import { decodeAuthorityRecord, encodeAuthorityRecord } from './authority-codec.ts';
import { applyRecord, beginView } from './apply-record.ts';
import { resolveAuthor, type Author, type AuthorityVerifier } from './author.ts';
import { recordProblem } from './record-rules.ts';
import { genesisBody, genesisProblem } from './genesis.ts';
import type { AuthorityRecord, AuthorityView } from './authority.ts';
import { HeddleError } from '#domain/error.ts';
import { formatId, type AuthorityId } from '#domain/id.ts';
import type { Attestation } from '#domain/state/state.ts';

/**
 * Raised with every change to what the fold accepts, or to what a view holds: what was folded by other rules, and kept,
 * is not believed.
 */
export const FOLD_VERSION = 9;

/** A record with the attestation that was found beside it. */
export interface AuthorityEntry {
  readonly record: AuthorityRecord;
  readonly attestation: Attestation;
}

/** The first record that is not valid, and why. */
export interface AuthorityViolation {
  /** Null where there is no record at all. */
  readonly record: AuthorityId | null;
  readonly seq: number;
  readonly by: string | null;
  /** A clause about the record. */
  readonly why: string;
}

export type FoldResult =
  | { readonly kind: 'view'; readonly view: AuthorityView }
  | { readonly kind: 'violation'; readonly violation: AuthorityViolation };

/**
 * Folds the authority chain, genesis first. Each record is judged by what its author held at the record before
 * it; the first that is not valid ends the fold. Whether the genesis is the pinned one is for the caller.
 *
 * @param before what the records before the first entry were folded to; null where that is the genesis.
 */
export function foldAuthority(
  entries: readonly AuthorityEntry[],
  verifier: AuthorityVerifier,
  before: AuthorityView | null = null,
): FoldResult {
  let view = before;
  for (const entry of entries) {
    const next = appendAuthority(view, entry, verifier);
    if (next.kind === 'violation') return next;
    view = next.view;
  }
  if (view !== null) return { kind: 'view', view };
  const violation = { record: null, seq: 0, by: null, why: 'the chain is empty' };
  return { kind: 'violation', violation };
}

/** One step of the fold along one line of records: `view` is null before the genesis. */
export function appendAuthority(
  view: AuthorityView | null,
  entry: AuthorityEntry,
  verifier: AuthorityVerifier,
): FoldResult {
  const { record } = entry;
  const link = view === null ? undefined : linkProblem(view, record);
  const step = judgeEntry(view, entry, { verifier, link });
  if (step.kind === 'violation') return step;
  if (view !== null) return { kind: 'view', view: applyRecord(view, step.id, record) };
  return { kind: 'view', view: beginView(step.id, record.at, genesisBody(record)) };
}

/** A record that was found valid where it stands. */
export interface JudgedEntry {
  readonly kind: 'judged';
  readonly id: AuthorityId;
  /** Null of the genesis. */
  readonly author: Author | null;
}

/**
 * Judges a record by what its author held; `view` is null for a genesis.
 *
 * @param ground.link what is wrong with its place among the others, as a clause; undefined for nothing.
 */
export function judgeEntry(
  view: AuthorityView | null,
  entry: AuthorityEntry,
  { verifier, link }: { readonly verifier: AuthorityVerifier; readonly link: string | undefined },
): JudgedEntry | Extract<FoldResult, { readonly kind: 'violation' }> {
  const { record } = entry;
  const bytes = encodeAuthorityRecord(record);
  const hash = verifier.hasher.hash('authority', bytes);
  const id = formatId('hg', hash);
  const why =
    malformed(bytes) ??
    attestationProblem(id, entry) ??
    link ??
    (view === null ? genesisProblem(record) : undefined) ??
    signatureProblem(hash, entry, verifier);
  const violation = { record: id, seq: record.seq, by: record.by };
  if (why !== undefined) return { kind: 'violation', violation: { ...violation, why } };
  if (view === null) return { kind: 'judged', id, author: null };
  const author = resolveAuthor(view, record, verifier);
  const bad = recordProblem(view, record, author, verifier);
  if (bad !== undefined) return { kind: 'violation', violation: { ...violation, why: bad } };
  return { kind: 'judged', id, author };
}

/** The error that a caller throws for a violation. */
export function authorityError({ record, seq, by, why }: AuthorityViolation): HeddleError {
  return new HeddleError('AUTHORITY_INVALID', `authority record ${record ?? 'genesis'}: ${why}`, {
    facts: { record, seq, by, why },
    preserved: 'nothing was changed',
  });
}

/** Records that were made here pass the same reader as those that were fetched. */
function malformed(bytes: Uint8Array): string | undefined {
  try {
    decodeAuthorityRecord(bytes);
    return undefined;
  } catch (error: unknown) {
    if (error instanceof HeddleError) return error.message;
    throw error;
  }
}

function signatureProblem(
  hash: Uint8Array,
  { record, attestation }: AuthorityEntry,
  { verifySignature }: AuthorityVerifier,
): string | undefined {
  const verifies = verifySignature('authority', hash, attestation.sig, record.holder);
  return verifies ? undefined : 'its signature does not verify';
}

function attestationProblem(id: AuthorityId, { record, attestation }: AuthorityEntry): string | undefined {
  if (attestation.subject !== id) return 'its attestation is about something else';
  return attestation.holder === record.holder ? undefined : 'its attestation is by another key';
}

function linkProblem(view: AuthorityView, record: AuthorityRecord): string | undefined {
  if (record.repo !== view.genesis) return 'it belongs to another repository';
  if (record.body.kind === 'merge') return 'it joins what is not here';
  if (record.seq !== view.seq + 1) return 'it is out of sequence';
  const [prev, ...others] = record.prev;
  return prev === view.head && others.length === 0 ? undefined : 'it does not continue the chain';
}
