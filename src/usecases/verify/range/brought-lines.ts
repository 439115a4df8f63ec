import type { LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import { linesAsked } from '#usecases/blame/blame-session.ts';
import type { FollowedLine } from '#usecases/blame/places.ts';

/**
 * The lines of a file that a commit brought in: none of its parents has them, in that file or another one that changed.
 * Nothing behind the parents is looked at, so that a long history costs nothing.
 */
export async function broughtLines(
  tracer: Pick<LineTracer, 'origins'>,
  {
    commit,
    parents,
    path,
  }: { readonly commit: ObjectId; readonly parents: readonly ObjectId[]; readonly path: Uint8Array },
): Promise<readonly FollowedLine[]> {
  const origins = await tracer.origins({
    commit,
    path,
    lines: null,
    parents: new Map(parents.map((parent) => [parent, []])),
    ignoreWhitespace: false,
  });
  return origins
    .filter((origin) => origin.commit === commit)
    .flatMap(({ line, count }) => linesAsked(line, line + count - 1));
}
