import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where public test vectors are looked for: see CONTRIBUTING. */
const DATA =
  process.env['HEDDLE_TEST_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** One folder of public vectors; a suite of an absent one is skipped under a title that says why. */
export interface Vectors {
  readonly present: boolean;
  title(text: string): string;
  read(file: string): Buffer;
}

export function findVectors(folder: string): Vectors {
  const directory = join(DATA, folder);
  const present = existsSync(directory);
  return {
    present,
    title: (text) => (present ? text : `${text} (skipped: no vectors in ${directory})`),
    read: (file) => readFileSync(join(directory, file)),
  };
}
