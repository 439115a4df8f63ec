import type { AuthorityView } from '#domain/authority/authority.ts';
import type { RequestOperation } from '#domain/authority/role.ts';
import type { RemovalAct } from '#domain/removal/act-codec.ts';
import { unspent } from '#domain/token/budget.ts';
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
  readonly record: Pick<RemovalAct, 'actor' | 'holder' | 'at'>;
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
  const chain = readChain(workspace, { chain: bytes }, view);
  if (chain === undefined) return 'its token chain is not from a registered root key';
  const decision = await authoriseGuarded(workspace, {
    operation: REMOVAL_OPERATIONS[kind],
    resources,
    credential: { kind: 'chain', chain, bytes },
    holder: record.holder,
    actor: record.actor,
    contradictions: [],
    unlocked: [chain.root],
    granting: null,
    act: { kind: 'done', act: null, consent: null },
    now: record.at,
    authority: view,
    // It uses nothing up, and no log says what was used up by then.
    spent: unspent(chain.blocks),
  });
  if (decision.kind === 'allow') return undefined;
  return `it was not allowed: ${decision.denial.code} on ${decision.denial.resource}`;
}
