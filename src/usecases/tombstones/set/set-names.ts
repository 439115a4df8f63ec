import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import type { Workspace } from '#ports/workspace.ts';

/** What is named in a set, whether or not it holds; nothing where the set is not there. */
export async function setNames(
  { objects }: Pick<Workspace, 'objects'>,
  head: string | null,
): Promise<readonly string[]> {
  const rows = head === null ? undefined : await objects.readTree(head);
  return (rows ?? []).map(({ name }) => decodeUtf8(name) ?? '');
}
