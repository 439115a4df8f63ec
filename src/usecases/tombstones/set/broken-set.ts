import { HeddleError } from '#domain/error.ts';
import { TOMBSTONES_REF } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readTombstoneFiles } from './read-set.ts';

/**
 * Says that the ref of the tombstones leads to no set, with the command that helps: back to the newest set that the
 * log names and that is still there, or, where there is none, a beginning from nothing. It is run by whoever reads
 * it: what `verify` finds missing after that is theirs to know.
 */
export async function brokenSet(workspace: Workspace, why: string): Promise<HeddleError> {
  const wayOut = await brokenSetWayOut(workspace);
  return new HeddleError('TOMBSTONE_INVALID', `${TOMBSTONES_REF} cannot be used: ${why}; ${wayOut}`, {
    facts: { ref: TOMBSTONES_REF, why, fix: wayOut },
    preserved: 'nothing was changed',
  });
}

/** The clause that names the command. */
async function brokenSetWayOut(workspace: Workspace): Promise<string> {
  const last = await lastSet(workspace);
  return last === undefined
    ? `\`git update-ref -d ${TOMBSTONES_REF}\` begins a new set, and \`heddle verify\` then tells what was lost`
    : `\`git update-ref ${TOMBSTONES_REF} ${last}\` puts back the set that the log knows`;
}

async function lastSet(workspace: Workspace): Promise<ObjectId | undefined> {
  for await (const { line, texts } of workspace.log.newest()) {
    if (line.verdict.verdict === 'deny' || texts === 'redacted') continue;
    const set = texts.refs.find(({ name }) => name === TOMBSTONES_REF)?.new ?? undefined;
    if (set !== undefined && (await isSet(workspace, set))) return set;
  }
  return undefined;
}

/** Git may have collected it, and a line may name anything. */
async function isSet(workspace: Workspace, commit: ObjectId): Promise<boolean> {
  try {
    const rows = await readTombstoneFiles(workspace, commit);
    return rows.some((row) => !('why' in row));
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return false;
  }
}
