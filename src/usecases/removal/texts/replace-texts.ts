import type { RefChange } from '#domain/operation/operation.ts';
import type { ObjectBatch } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { replacePublishedTexts, type ReplacedTexts } from '#usecases/segments/replace-published-texts.ts';
import { replaceSetTexts } from './set-sidecars.ts';

/**
 * Other sidecars beside records that are in no carrier: those of sets, and lines that were published. The moves of
 * their refs. Lines of this clone's own files follow with the effect, tombstones with their own draft.
 */
export async function replaceTexts(
  workspace: Workspace,
  batch: ObjectBatch,
  texts: ReplacedTexts,
): Promise<readonly RefChange[]> {
  return [
    ...(await replaceSetTexts(workspace, batch, texts)),
    ...(await replacePublishedTexts(workspace, batch, texts)),
  ];
}
