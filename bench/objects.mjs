import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { begin } from './fixture.mjs';
import { run } from './measure.mjs';

/** Of each commit one file is another: a commit, two trees and a blob. */
const OF_A_COMMIT = 4;
const FIRST_SECOND = 1_700_000_000;
const LEAKED = 'leaked.env';

/**
 * A repository whose one branch has so many objects, in one pack, and a redacted file in a thread. Returns the command
 * that searches all of it and destroys nothing.
 */
export function makeObjects(stage, objects) {
  const root = stage.directory(`objects-${objects}`);
  mkdirSync(root);
  run(stage.git(root, 'init', '-q'));
  run({ ...stage.git(root, 'fast-import', '--quiet'), input: history(Math.ceil(objects / OF_A_COMMIT)) });
  run(stage.git(root, 'reset', '-q', '--hard'));
  const { heddle } = begin(stage, root);
  const lines = Array.from({ length: 40 }, (_, line) => `a secret of many bytes in line ${line}\n`);
  writeFileSync(join(root, LEAKED), lines.join(''));
  run(heddle('capture', '-m', 'a secret'));
  run(heddle('redact', LEAKED, '--reason', 'bench'));
  return { ...heddle('purge', LEAKED, '--dry-run'), shows: (text) => text.includes('objects') };
}

function history(commits) {
  return Array.from({ length: commits }, (_, made) => {
    const text = `line of commit ${made}\n`.repeat(3);
    return [
      `commit refs/heads/main\ncommitter Bench <bench@example.com> ${FIRST_SECOND + made} +0000\ndata 0\n`,
      `M 100644 inline d${made % 10}/f${made % 100}\ndata ${text.length}\n${text}\n`,
    ].join('');
  }).join('');
}
