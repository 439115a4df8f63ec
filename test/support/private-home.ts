import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A data directory for one test, and everything that is in it. */
export interface PrivateHome {
  readonly data: string;
  path(...parts: readonly string[]): string;
  /** Every file below it, by relative path, sorted. */
  files(): readonly string[];
  remove(): void;
}

export function makePrivateHome(): PrivateHome {
  const root = mkdtempSync(join(tmpdir(), 'heddle-home-'));
  const data = join(root, 'data');
  return {
    data,
    path: (...parts) => join(data, ...parts),
    files: () =>
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(data.length + 1))
        .toSorted(),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** What a promise was refused with; fails the test where it was not. */
export async function refusalOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error('expected a refusal');
    },
    (error: unknown) => error,
  );
}
