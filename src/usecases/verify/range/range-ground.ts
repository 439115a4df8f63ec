import { HeddleError } from '#domain/error.ts';
import { formatId, type AuthorityId } from '#domain/id.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readRecordFiles } from '#usecases/authority/read-record.ts';

/** A workspace whose genesis is settled. */
export interface RangeGround {
  readonly workspace: Workspace;
  readonly genesis: AuthorityId;
  /** False where it is believed only because it was fetched. */
  readonly pinned: boolean;
  /** False where heddle was never begun in this clone. */
  readonly begun: boolean;
}

const FETCH =
  "fetch what heddle keeps first: `git fetch origin 'refs/heddle/*:refs/heddle/*'`; in a workflow that is a step after the checkout";

/**
 * Settles by which genesis a range is judged: the one that this clone has pinned, or else the one that is asked for, or
 * else the one that was fetched. So a checkout of a pipeline, in which heddle was never begun, can be verified, and
 * nothing is written into it. Throws `NOT_INITIALISED`, `ADOPT_REFUSED`.
 */
export async function rangeGround(workspace: Workspace, wanted: string | null): Promise<RangeGround> {
  const clone = await workspace.records.readClone();
  const head = await workspace.refs.read(AUTHORITY_REF);
  if (head === undefined) {
    throw new HeddleError('NOT_INITIALISED', 'nothing of heddle is in this clone', {
      facts: { ref: AUTHORITY_REF, advice: FETCH },
      preserved: 'nothing was changed',
    });
  }
  const [first] = await readRecordFiles(workspace.objects, head);
  if (first === undefined) throw otherGenesis(null, wanted ?? clone?.genesis ?? null);
  const found = formatId('hg', workspace.hasher.hash('authority', first.record));
  for (const expected of [wanted, clone?.genesis ?? null]) {
    if (expected !== null && expected !== found) throw otherGenesis(found, expected);
  }
  if (clone !== undefined) return { workspace, genesis: found, pinned: true, begun: true };
  const records = workspace.records.assuming({ cloneId: NO_CLONE, genesis: found });
  return { workspace: { ...workspace, records }, genesis: found, pinned: wanted !== null, begun: false };
}

/** Never written: a clone's id is made when heddle begins in it. */
const NO_CLONE = '0'.repeat(32);

function otherGenesis(found: AuthorityId | null, expected: string | null): HeddleError {
  return new HeddleError('ADOPT_REFUSED', 'the authority chain begins with another genesis', {
    facts: {
      genesis: found,
      expected,
      advice: 'whoever changed refs/heddle/authority at the remote knows why',
    },
    preserved: 'nothing was changed',
  });
}
