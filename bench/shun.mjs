import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './measure.mjs';

const REMOVED = 10;
const WORD = 'what-was-removed-0123';

/**
 * First captures of a tree in a clone where contents were redacted while the list travelled: `travelling` with a policy
 * that has every new file held against their marks, `local` with one that does not. Nothing of the tree was removed.
 */
export function makeShunned({ heddle, root, reset, keep }) {
  reset.heddle();
  const directory = join(root, 'removed');
  mkdirSync(directory);
  const paths = Array.from({ length: REMOVED }, (_, index) => `removed/${index}.txt`);
  for (const path of paths) writeFileSync(join(root, path), `${WORD} in ${path}\n`);
  run(heddle('capture', '-m', 'removed', '--', 'removed'));
  run(heddle('policy', 'set', '--shun-list', 'travelling'));
  const word = `${root}.word`;
  writeFileSync(word, WORD);
  run(heddle('redact', '--match-file', word, '--code', 'credential', '--reason', 'a word'));
  rmSync(directory, { recursive: true });
  const travelling = keep('travelling');
  run(heddle('policy', 'set', '--shun-list', 'local'));
  return { travelling, local: keep('local') };
}
