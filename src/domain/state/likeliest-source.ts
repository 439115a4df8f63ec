import { instantMilliseconds, type Instant } from '#domain/time.ts';

interface Dated {
  readonly state: { readonly capturedAt: Instant; readonly thread: string };
}

/** Of states of one second, such as an amended one and what stands in its place, git knows no order. */
export function newestFirst<T extends Dated>(states: readonly T[]): readonly T[] {
  return states.toSorted((a, b) => (a.state.capturedAt < b.state.capturedAt ? 1 : -1));
}

/**
 * Of the states that have a commit's very file the newest of the thread that had it before it: who takes over what others
 * committed, and captures it in another thread, made none of it. An amended state stands in the place of the one before.
 * Where all came later, as where a person commits first, the newest; undefined of none.
 *
 * @param committedAt milliseconds; git knows whole seconds.
 */
export function likeliestSource<T extends Dated>(states: readonly T[], committedAt: number): T | undefined {
  const sorted = newestFirst(states);
  const isBefore = ({ state }: T): boolean => instantMilliseconds(state.capturedAt) < committedAt + 1000;
  const thread = sorted.find(isBefore)?.state.thread;
  return sorted.find(({ state }) => thread === undefined || state.thread === thread);
}
