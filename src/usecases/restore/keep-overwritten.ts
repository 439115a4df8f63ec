import { threadResource } from '#domain/resource/resource.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { AsideWorkspace } from '#usecases/capture/set-aside.ts';
import { refuseSecrets } from '#usecases/secrets/refuse-secrets.ts';
import type { Ground } from '#usecases/transaction/plan.ts';

/** What is written over in a work tree that was scanned. */
export interface Overwritten {
  readonly thread: string;
  /** Git tree of the work tree. */
  readonly tree: ObjectId;
  /** From what stands there to what takes its place. */
  readonly changes: readonly TreeChange[];
  /** Git trees of what is stored for good, as far as the files came from it; null for the empty one. */
  readonly cameFrom: readonly (ObjectId | null)[];
}

/**
 * Stores what a snapshot is to hold of files that are written over. It is asked what a capture of them is: a snapshot
 * lasts as a state does. Throws `SECRET_FOUND`; returns what a policy only warns of.
 */
export async function keepOverwritten(
  aside: AsideWorkspace,
  { authority: { view } }: Pick<Ground, 'authority'>,
  { thread, tree, changes, cameFrom }: Overwritten,
): Promise<readonly string[]> {
  const before = await Promise.all(cameFrom.map(async (from) => aside.comparer.compare(from, tree)));
  const notes = await refuseSecrets(aside, view, {
    resource: threadResource(view.repository, thread),
    changes: [changes.map(backwards), ...before],
    texts: {},
    wayOut: WAY_OUT,
  });
  // What takes their place may be written anew, too: replacements of what was removed.
  await aside.keepOnly(
    changes.flatMap(({ oldMode, oldId, newMode, newId }) => [
      ...idOf({ mode: oldMode, id: oldId }),
      ...idOf({ mode: newMode, id: newId }),
    ]),
    null,
  );
  return notes;
}

const WAY_OUT =
  'what stands there is kept, so that it can be brought back: take the secret out, or remove the file, and try again; where it is none, or may be kept, a person lets it pass: `heddle secrets allow PATH --until DATE --reason WHY`';
const SUBMODULE = '160000';

/** The commit of a submodule is another repository's. */
function idOf({
  mode,
  id,
}: {
  readonly mode: string | null;
  readonly id: ObjectId | null;
}): readonly ObjectId[] {
  return id === null || mode === SUBMODULE ? [] : [id];
}

function backwards({ path, oldMode, oldId, newMode, newId }: TreeChange): TreeChange {
  return { path, oldMode: newMode, oldId: newId, newMode: oldMode, newId: oldId };
}
