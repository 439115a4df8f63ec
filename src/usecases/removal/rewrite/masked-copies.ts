import { invariant } from '#domain/error.ts';
import type { MaskedFile } from '#ports/removal/rewriting.ts';
import type { Workspace } from '#ports/workspace.ts';

const LARGEST = 256 * 1024 * 1024;

/** Lets work trees follow an index in which contents are masked. A copy that somebody edited is left, and found later. */
export async function maskCopies(workspace: Workspace, files: readonly MaskedFile[]): Promise<void> {
  for (const { directory, path, blob, masked } of files) {
    if (directory === null || (await workspace.contents.blobAt({ directory, path })) !== blob) continue;
    const read = await workspace.objects.read(masked, LARGEST);
    invariant(read, 'what takes the place of a content was written before');
    await workspace.contents.replace({ directory, path }, blob, read.content);
  }
}
