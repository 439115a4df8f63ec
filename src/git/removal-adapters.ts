import { invariant } from '#domain/error.ts';
import { lazily } from '#platform/lazily.ts';
import { ERASE_STEPS, type Eraser, type SecretFinder, type WorktreeContents } from '#ports/removal.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import type { HistoryRewriter } from '#ports/removal/rewriting.ts';
import type { GitRunner } from './run.ts';

/** What looks for removed content in a clone and destroys it. */
export interface RemovalAdapters {
  readonly contents: WorktreeContents;
  readonly eraser: Eraser;
  readonly secrets: SecretFinder;
  readonly rewriter: HistoryRewriter;
}

/** Opens each late: they are much code, and few processes remove anything. */
export function openRemovalAdapters(runner: GitRunner, places: RepositoryPlaces): RemovalAdapters {
  const contents = lazily(async () => {
    const { openWorktreeContents } = await import('./contents/worktree-contents.ts');
    return openWorktreeContents(runner, places);
  });
  const eraser = lazily(async () => {
    const { openEraser } = await import('./erase/eraser.ts');
    return openEraser(runner, places);
  });
  const secrets = lazily(async () => {
    const { openSecretFinder } = await import('./find/secret-finder.ts');
    return openSecretFinder(runner, places);
  });
  const rewriter = lazily(async () => {
    const { openHistoryRewriter } = await import('./rewrite/history-rewriter.ts');
    return openHistoryRewriter(runner, places);
  });
  return {
    rewriter: {
      obstacles: async (rewriting) => (await rewriter()).obstacles(rewriting),
      preview: async (rewriting) => (await rewriter()).preview(rewriting),
      rewrite: async (rewriting, keep) => (await rewriter()).rewrite(rewriting, keep),
    },
    secrets: { look: async (secret) => (await secrets()).look(secret) },
    contents: {
      find: async (wanted) => (await contents()).find(wanted),
      blobAt: async (file) => (await contents()).blobAt(file),
      replace: async (file, expected, bytes) => (await contents()).replace(file, expected, bytes),
    },
    eraser: {
      steps: ERASE_STEPS.map((name) => ({
        name,
        run: async (target) => {
          const step = (await eraser()).steps.find((found) => found.name === name);
          invariant(step, `the eraser has a step ${name}`);
          return step.run(target);
        },
      })),
      survey: async (target, tell) => (await eraser()).survey(target, tell),
      eachBlob: async (look) => (await eraser()).eachBlob(look),
    },
  };
}
