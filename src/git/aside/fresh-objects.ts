import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { guardFiles, removeIfThere } from '#git/private-file.ts';

/** What came into a directory of objects since somebody began to look, and can be taken away again. */
export class FreshObjects {
  readonly #directory: string;
  readonly #before: ReadonlySet<string>;

  /** @param directory of this process alone: what others wrote there meanwhile would go, too. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#before = new Set(filesIn(directory));
  }

  takeAway(): void {
    for (const file of filesIn(this.#directory)) {
      if (!this.#before.has(file)) removeIfThere(join(this.#directory, file));
    }
  }
}

function filesIn(directory: string): readonly string[] {
  return guardFiles(directory, () =>
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath.slice(directory.length), entry.name)),
  );
}
