import { join } from 'node:path';
import { invariant } from '#domain/error.ts';
import type { RewriteNotes } from '#ports/removal/rewriting.ts';
import { assertRealDirectories, DurableFiles, readBounded, removeDurably } from './durable-file.ts';

const LARGEST = 512 * 1024 * 1024;
const OWNER_ONLY = 0o600;
const NAME = /^[a-z0-9-]{1,80}$/;

/** Opens a clone's notes about rewritings, `<common dir>/heddle/rewrite/<name>`; what they hold is the use case's. */
export function openRewriteNotes(commonDir: string): RewriteNotes {
  const root = join(commonDir, 'heddle');
  const files = new DurableFiles(join(root, 'tmp'));
  const pathOf = (name: string): string => {
    invariant(NAME.test(name), 'notes are named by heddle itself');
    return join(root, 'rewrite', name);
  };
  return {
    read: async (name) => readBounded(pathOf(name), LARGEST),
    write: async (name, content) => {
      assertRealDirectories([root, join(root, 'rewrite'), join(root, 'tmp')]);
      files.replace(pathOf(name), content, OWNER_ONLY);
    },
    remove: async (name) => removeDurably(pathOf(name)),
  };
}
