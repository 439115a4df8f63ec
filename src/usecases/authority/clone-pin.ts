import { HeddleError } from '#domain/error.ts';
import type { Digest, OperationId } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { ClonePin } from '#ports/home-cache.ts';
import type { LogHead } from '#ports/log.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findCommit } from '#usecases/states/find-commit.ts';

type Pinning = Pick<Workspace, 'pins'>;

/**
 * Refuses an authority chain that lacks what this home knew of it: somebody who can write the repository set it back.
 * Throws `AUTHORITY_SET_BACK`.
 *
 * @param head null where there is none.
 * @param has tells whether a commit is one of the chain's.
 */
export async function refuseSetBack(
  workspace: Workspace,
  head: ObjectId | null,
  has: (commit: ObjectId) => boolean,
): Promise<void> {
  const known = await lostAuthority(workspace, head, has);
  if (known === undefined) return;
  const isThere = (await findCommit(workspace, known)) !== undefined;
  throw new HeddleError('AUTHORITY_SET_BACK', 'the authority chain ends before what this home knew of it', {
    facts: { ref: AUTHORITY_REF, found: head ?? 'nothing', known, advice: isThere ? putBack(known) : FETCH },
    preserved: 'nothing was changed',
  });
}

const FETCH = 'fetch it from another clone, or put the repository back as it was';

function putBack(known: ObjectId): string {
  return `what was known is still here: \`git update-ref ${AUTHORITY_REF} ${known}\``;
}

/** The commit that this home knew and an authority chain lacks; undefined for none. */
export async function lostAuthority(
  { pins }: Pinning,
  head: ObjectId | null,
  has: (commit: ObjectId) => boolean,
): Promise<ObjectId | undefined> {
  const known = (await pins.read())?.authority ?? null;
  return known === null || known === head || has(known) ? undefined : known;
}

/** Refuses to go on with a log that lacks the last line that this home wrote into it. Throws `LOG_SET_BACK`. */
export async function refuseCutLog(
  { pins }: Pinning,
  replica: Digest,
  { seq, prev }: Pick<LogHead, 'seq' | 'prev'>,
): Promise<void> {
  const line = (await pins.read())?.line ?? null;
  if (line === null || line.replica !== replica || seq > line.seq + 1) return;
  if (seq === line.seq + 1 && prev === line.id) return;
  throw new HeddleError(
    'LOG_SET_BACK',
    'the operation log of this clone ends before what this home wrote into it',
    {
      facts: { replica, lines: seq, known: line.seq + 1, operation: line.id },
      preserved: 'nothing was changed',
    },
  );
}

/** Lets this home know of a line, and of the authority chain after it. Everything it tells of is durable already. */
export async function rememberLine(
  { pins, records, refs }: Pick<Workspace, 'pins' | 'records' | 'refs'>,
  line: NonNullable<ClonePin['line']> & { readonly id: OperationId },
  moves: readonly RefChange[],
): Promise<void> {
  const clone = await records.readClone();
  if (clone === undefined) return;
  const known = await pins.read();
  const moved = moves.find(({ name }) => name === AUTHORITY_REF)?.new;
  const authority = moved ?? known?.authority ?? (await refs.read(AUTHORITY_REF)) ?? null;
  await pins.write({ ...clone, authority, line });
}
