import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Digest } from '#domain/id.ts';
import type { DecodedTombstone, TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import { capturedBy, concernedResources } from './concerned-resources.ts';
import { findCoveredPlaces, type CoveredPlaces } from './covered-places.ts';
import { recordDecisionProblem, type RecordClaim } from './record-decision.ts';

/** The records of a set that a principal or an agent signed, in order. */
function claimsOf({ declaration, chain, lifts, purges }: DecodedTombstone): readonly Claim[] {
  return [
    { kind: 'tombstone', record: declaration, chain },
    ...lifts.map(({ id, act, chain: own }) => ({ kind: 'lift', id, record: act, chain: own }) as const),
    ...purges.map(({ id, act, chain: own }) => ({ kind: 'purge', id, record: act, chain: own }) as const),
  ];
}

type Claim = RecordClaim & {
  /** What a receipt answers. */
  readonly id?: Digest;
  readonly record: { readonly policy: DecodedTombstone['declaration']['policy'] };
};

/** Finds where everything that these tombstones cover stands, hidden or not: once for all of them. */
export function findPlaces(workspace: Workspace, records: Iterable<TombstoneRecord>): Promise<CoveredPlaces> {
  const files = new Set<Digest>();
  for (const { declaration } of records) for (const file of declaration.covers.files) files.add(file);
  return findCoveredPlaces(workspace, files);
}

/**
 * What is wrong with the records of a tombstone whose signatures hold: each was decided under a known authority
 * record, none under an older one than the tombstone, and each was allowed at every place that it changed, by others
 * too where they had to agree. A receipt stands on the purge that it answers. Where no
 * state holds the content any more there is no place to ask about; a tombstone of names or texts is asked at the repository.
 */
export async function decisionProblems(
  workspace: Workspace,
  tombstone: TombstoneRecord,
  { authority, found }: { readonly authority: AuthorityHistory; readonly found: CoveredPlaces },
): Promise<readonly string[]> {
  const problems = await claimProblems(workspace, tombstone, { authority, found });
  const refused = new Map(problems.map(({ claim, why }) => [claim.id, why]));
  const receipts = tombstone.receipts.flatMap(({ receipt }) => {
    const why = refused.get(receipt.purge);
    return why === undefined ? [] : [`its receipt answers a purge of which is true: ${why}`];
  });
  return [...problems.map(({ claim, why }) => prefixed(claim, why)), ...receipts];
}

/** The same, each with the record that it is about. */
export async function claimProblems(
  workspace: Workspace,
  tombstone: DecodedTombstone,
  { authority, found }: { readonly authority: AuthorityHistory; readonly found: CoveredPlaces },
): Promise<readonly { readonly claim: Claim; readonly why: string }[]> {
  const { files, names, texts } = tombstone.declaration.covers;
  const declared = tombstone.declaration.policy;
  const problems: { claim: Claim; why: string }[] = [];
  for (const claim of claimsOf(tombstone)) {
    const { policy, at } = claim.record;
    const view: AuthorityView | undefined = authority.views.get(policy);
    if (view === undefined) {
      problems.push({ claim, why: 'the authority record it was decided under is unknown' });
      continue;
    }
    if (authority.views.has(declared) && !authority.knows(policy, declared)) {
      problems.push({ claim, why: 'it was decided under an older authority record than its tombstone' });
    }
    // The time is its author's word: dated back it would pass over what others captured since.
    const wasThere = capturedBy(at < tombstone.declaration.at ? tombstone.declaration.at : at);
    const concerned = concernedResources(view.repository, found, { files, wasThere });
    const resources = names.length + texts.length > 0 ? [view.repository, ...concerned] : concerned;
    if (resources.length === 0) continue;
    const why = await recordDecisionProblem(workspace, claim, { view, resources });
    if (why !== undefined) problems.push({ claim, why });
  }
  return problems;
}

function prefixed({ kind }: Claim, why: string): string {
  return kind === 'tombstone' ? why : `its ${kind}: ${why}`;
}
