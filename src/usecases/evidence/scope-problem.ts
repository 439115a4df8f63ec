import type { EvidenceIndex } from '#domain/evidence/evidence-codec.ts';
import { threadRef } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readState } from '#usecases/states/read-state.ts';

/** What is wrong with what an evidence says that it is about, beside what its heads are; undefined where nothing is. */
export async function scopeProblem(
  workspace: Workspace,
  { scope, since }: EvidenceIndex,
  heads: readonly (readonly [ref: string, carrier: ObjectId])[],
): Promise<string | undefined> {
  if ((scope.kind === 'range') !== (since !== null)) return OTHER;
  if (scope.kind === 'repository') return undefined;
  const [head, ...more] = heads;
  if (head === undefined || more.length > 0) return OTHER;
  const [ref, carrier] = head;
  if (scope.kind === 'thread') return ref === threadRef(scope.name ?? '') ? undefined : OTHER;
  const { id } = await readState(workspace, carrier);
  const name = since === null ? id : `${(await readState(workspace, since)).id}..${id}`;
  return name === scope.name ? undefined : OTHER;
}

const OTHER = 'it is about something else than it says';
