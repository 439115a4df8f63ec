import { repositoryResource, threadResource } from '#domain/resource/resource.ts';
import type { Chosen } from './plan-push.ts';

/** What a push of these is asked at. */
export function pushedResources(
  repository: string,
  { threads, branches }: Omit<Chosen, 'all'>,
): readonly string[] {
  const own = threads.map((thread) => threadResource(repository, thread));
  return branches.length > 0 || own.length === 0 ? [repositoryResource(repository), ...own] : own;
}
