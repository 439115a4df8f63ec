import type { OplogEntry, OplogResult } from '#domain/results/work-results.ts';
import { agentNames } from '#domain/token/token.ts';
import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { LoggedOperation, OperationTexts } from '#domain/operation/operation.ts';
import { HeddleError } from '#domain/error.ts';
import { SHORTEST_PREFIX, type Digest } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { everyOperation, publishedLogs } from '#usecases/segments/published-operations.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { readLoggedChain } from '#usecases/transaction/logged-chain.ts';

/** Whose operations are asked for, beside this clone's own. */
export interface OplogScope {
  /** Those of other clones too, as they published them. */
  readonly all?: boolean;
  /** The beginning of one clone's id, whether its log is written here or elsewhere: those of no other one. */
  readonly replica?: string | null;
}

/**
 * Operations, newest first by their clock, denials included: of this clone, and where it is asked for of others, too.
 * Throws `NOT_FOUND`, `AMBIGUOUS` where no clone, or more than one, is called so.
 */
export async function oplog(
  workspace: Workspace,
  limit: number | null,
  { all = false, replica = null }: OplogScope = {},
): Promise<OplogResult> {
  const { view } = await knowAuthority(workspace);
  const one = replica === null ? undefined : await findReplica(workspace, replica);
  const operations: OplogEntry[] = [];
  if (limit === 0) return { operations };
  const source = all || one !== undefined ? everyOperation(workspace) : workspace.log.newest();
  for await (const operation of source) {
    if (one !== undefined && operation.line.replica !== one) continue;
    operations.push(await entryOf(workspace, operation, view));
    if (operations.length === limit) break;
  }
  return { operations };
}

/** The clone that is called so. */
async function findReplica(workspace: Workspace, beginning: string): Promise<Digest> {
  const local = (await workspace.log.tails()).map(({ replica }) => replica);
  const known = [...new Set([...local, ...(await publishedLogs(workspace)).keys()])];
  const [match, ...more] = known.filter((replica) => replica.startsWith(beginning));
  const facts = { replica: beginning.slice(0, 80), known };
  if (match === undefined)
    throw new HeddleError('NOT_FOUND', 'no clone whose log is here is called so', { facts });
  if (beginning.length < SHORTEST_PREFIX || more.length > 0)
    throw new HeddleError(
      'AMBIGUOUS',
      'that is too short for the id of a clone, or the beginning of several',
      {
        facts,
      },
    );
  return match;
}

async function entryOf(
  workspace: Workspace,
  { id, line, texts }: LoggedOperation,
  view: AuthorityView,
): Promise<OplogEntry> {
  return {
    id,
    replica: line.replica,
    seq: line.seq,
    at: line.at,
    op: line.op,
    verdict: line.verdict.verdict,
    code: line.verdict.code,
    stage: line.verdict.stage,
    actor: line.actor,
    via: await viaOf(workspace, line.chain, view),
    resource: texts === 'redacted' ? null : texts.resource,
    breakGlass: line.op === 'freeze' && texts !== 'redacted' && isBreakGlass(texts.args),
    states: line.states,
  };
}

function isBreakGlass(args: OperationTexts['args']): boolean {
  return jsonField(jsonField(args, 'verb'), 'breakGlass') === true;
}

async function viaOf(
  workspace: Workspace,
  digest: LoggedOperation['line']['chain'],
  view: AuthorityView,
): Promise<readonly string[]> {
  const found = digest === null ? undefined : await readLoggedChain(workspace, digest, rootKeys(view));
  return agentNames(found?.chain ?? null);
}
