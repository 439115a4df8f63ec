import { afterEach } from 'vitest';
import { openGit, type GitRepository } from '#git/repository.ts';
import { TestRepository, type BuildOptions } from './repository.ts';

export interface Opened {
  readonly repository: TestRepository;
  readonly git: GitRepository;
}

const repositories: TestRepository[] = [];
const opened: GitRepository[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((git) => git.close()));
  for (const repository of repositories.splice(0)) repository.dispose();
});

/** A repository that goes away after the test. */
export function makeRepository(options?: BuildOptions): TestRepository {
  const repository = new TestRepository(options);
  repositories.push(repository);
  return repository;
}

/** Opens a repository through the adapter; closed after the test. */
export async function openAt(repository: TestRepository, cwd = repository.path): Promise<GitRepository> {
  const git = await openGit(cwd, repository.env);
  opened.push(git);
  return git;
}

/** Both at once. */
export async function makeOpen(options?: BuildOptions): Promise<Opened> {
  const repository = makeRepository(options);
  return { repository, git: await openAt(repository) };
}

/** Code of the error that a promise ends with; fails where it does not. */
export async function rejection(
  promise: Promise<unknown>,
): Promise<{ code: unknown; facts: unknown; message: string }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'facts' in error) {
      return { code: error.code, facts: error.facts, message: error.message };
    }
    throw error;
  }
  throw new Error('it succeeded');
}
