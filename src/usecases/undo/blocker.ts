import type { OperationId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { Done } from './reversal.ts';
import { threadsOf } from '#usecases/threads/claim/threads-of.ts';
import { aboutOf, readTargets, type TargetFound } from './targets.ts';

/**
 * The operation that came right after another one on the same thread, and stands: what keeps that one from being taken
 * back. Undefined where no line of this clone says so. What was done and undone since counts as nothing.
 */
export async function findBlocker(
  workspace: Pick<Workspace, 'log'>,
  since: OperationId,
  thread: string,
): Promise<Done | undefined> {
  const later = new LaterWork();
  for await (const found of readTargets(workspace)) {
    if (found.target.id === since) break;
    later.note(found);
  }
  return later.blocking(since, new Set([thread]));
}

/** The threads that an operation is about, by name, and the other refs that it moves and that others move too. */
export function placesOf(target: Done): ReadonlySet<string> {
  const shared = target.texts.refs.flatMap(({ name }) =>
    /^refs\/(?:heads|notes)\//.test(name) ? [`:${name}`] : [],
  );
  return new Set([...threadsOf(target), ...shared]);
}

/** Operations on threads and branches, as they are read from the newest on: what came after one that is read next. */
export class LaterWork {
  readonly #touching: TargetFound[] = [];

  note(found: TargetFound): void {
    if (placesOf(found.target).size > 0) this.#touching.push(found);
  }

  /** What came right after an operation at one of its places, and stands. */
  blocking(since: OperationId, places: ReadonlySet<string>): Done | undefined {
    const at = this.#touching.findIndex(({ target }) => target.id === since);
    const later = at < 0 ? this.#touching : this.#touching.slice(0, at);
    const counts = countMentions(later);
    const ids = new Set(later.map(({ target }) => target.id as string));
    return later.findLast(({ target, gone }) => {
      const about = aboutOf(target);
      const stands = gone === undefined && (about === undefined || !ids.has(about));
      // Undone and done again since is as it was.
      const odd = about === undefined || (counts.get(about) ?? 0) % 2 === 1;
      return stands && odd && [...placesOf(target)].some((place) => places.has(place));
    })?.target;
  }
}

function countMentions(found: readonly TargetFound[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { target } of found) {
    const about = aboutOf(target);
    if (about !== undefined) counts.set(about, (counts.get(about) ?? 0) + 1);
  }
  return counts;
}
