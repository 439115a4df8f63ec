import { existsSync } from 'node:fs';
import { HeddleError } from '#domain/error.ts';

/** Where the command was started. Throws `NOT_A_WORK_TREE` where the directory is gone, and `GIT_UNSUPPORTED` where its name cannot be told. */
export function currentDirectory(): string {
  let directory: string | undefined;
  try {
    directory = process.cwd();
  } catch (cause) {
    throw new HeddleError('NOT_A_WORK_TREE', 'the current directory is no longer there', { cause });
  }
  if (existsSync(directory)) return directory;
  const feature = 'directory names that are not UTF-8';
  throw new HeddleError('GIT_UNSUPPORTED', `heddle does not support ${feature}`, { facts: { feature } });
}

const OUTSIDE: readonly string[] = [
  'NOT_A_REPOSITORY',
  'REPOSITORY_UNTRUSTED',
  'NOT_A_WORK_TREE',
  'BARE_REPOSITORY',
  'GIT_MISSING',
];

/** Whether a verb that can do without a repository goes on without one. */
export function isOutside(error: unknown): boolean {
  return error instanceof HeddleError && OUTSIDE.includes(error.code);
}
