import type { AuthorityView } from '#domain/authority/authority.ts';
import type { RequestOperation } from '#domain/authority/role.ts';
import { sayingThen } from '#domain/decision/request-then.ts';
import { purgeAct } from '#domain/request/guarded-purge.ts';
import { actText, type ActInQuestion } from '#domain/request/intended-act.ts';
import { listTravels } from '#domain/policy/travelling-list.ts';
import type { RemovalAct } from '#domain/removal/act-codec.ts';
import type { TombstoneDeclaration } from '#domain/removal/tombstone.ts';
import type { Workspace } from '#ports/workspace.ts';
import { authoriseGuarded } from '#usecases/requests/authorise-guarded.ts';
import { readChain } from '#usecases/tombstones/set/attest-record.ts';

/** Records about removals, and what each needs. */
export const REMOVAL_OPERATIONS = {
  tombstone: 'redact:apply',
  lift: 'redact:lift',
  purge: 'purge:apply',
} as const satisfies Readonly<Record<string, RequestOperation>>;

/** A record to be decided on again. */
export interface RecordClaim {
  readonly kind: keyof typeof REMOVAL_OPERATIONS;
  readonly record: Pick<RemovalAct, 'actor' | 'holder' | 'at'> &
    Partial<Pick<RemovalAct, 'consent' | 'tombstone'>> &
    Partial<Pick<TombstoneDeclaration, 'shun'>>;
  /** The sealed chain's bytes. */
  readonly chain: Uint8Array;
}

/**
 * Asks the decision of a record again as it was asked then, under one view of the authority chain. That the root key
 * was unlocked is taken as given: nobody can tell afterwards. Undefined where it was allowed.
 */
export async function recordDecisionProblem(
  workspace: Workspace,
  { kind, record, chain: bytes }: RecordClaim,
  { view, resources }: { readonly view: AuthorityView; readonly resources: readonly string[] },
): Promise<string | undefined> {
  if ((record.shun ?? []).length > 0 && !listTravels(view))
    return 'it tells digests that no policy asked for';
  const chain = readChain(workspace, { chain: bytes }, view);
  if (chain === undefined) return 'its token chain is not from a registered root key';
  let problem: string | undefined;
  for (const act of doneActs(workspace, view, record, kind)) {
    const asked = { operation: REMOVAL_OPERATIONS[kind], resources, unlocked: [chain.root], act };
    const signed = { signed: record, credential: { chain, bytes } };
    const decision = await authoriseGuarded(workspace, sayingThen(view, signed, asked));
    if (decision.kind === 'allow') return undefined;
    problem ??= `it was not allowed: ${decision.denial.code} on ${decision.denial.resource}`;
  }
  return problem;
}

/**
 * A record names the request by which others agreed; a line is held to those that it names itself. Whether Git's history
 * was rewritten, too, a record does not say.
 */
function doneActs(
  { hasher }: Pick<Workspace, 'hasher'>,
  view: AuthorityView,
  { tombstone, consent }: RecordClaim['record'],
  kind: RecordClaim['kind'],
): readonly ActInQuestion[] {
  const by = consent === null ? 'none' : (consent ?? null);
  if (kind !== 'purge' || tombstone === undefined) return [{ kind: 'done', act: null, consent: by }];
  const ways = consent === null ? [false] : [false, true];
  return ways.map((rewriteGit) => {
    const act = actText(purgeAct(hasher, view, { tombstone, rewriteGit }));
    return { kind: 'done', act, consent: by };
  });
}
