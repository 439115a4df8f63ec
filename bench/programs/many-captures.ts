import { appendFileSync } from 'node:fs';
import { createContext } from '#composition/command-context.ts';
import { capture } from '#usecases/capture/capture.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';

/*
 * Captures the work tree around the current directory so many times, each state with another line in one of the
 * files: `program COUNT FILE…`. One process, where each `capture` would be one of its own; the states are as signed.
 */

/** Files that each state changes. */
const CHANGES = 5;

const [count = '0', ...files] = process.argv.slice(2);
const nothing = {
  principal: null,
  agent: null,
  provider: null,
  model: null,
  session: null,
  confidence: null,
};

for (let made = 0; made < Number(count); made += 1) {
  for (let change = 0; change < CHANGES; change += 1) {
    const file = files[(made * CHANGES + change) % files.length];
    if (file === undefined) throw new Error('no file is named');
    appendFileSync(file, `export const captured${made} = ${made};\n`);
  }
  const context = createContext({
    environment: process.env,
    said: nothing,
    credentialPath: null,
    operationId: null,
    withoutGit: false,
    asksGitLate: false,
  });
  try {
    const options = { intent: `Change ${made}`, maxFileBytes: LARGEST_FILE, amend: false, paths: [] };
    await capture(await context.workspace(), options);
  } finally {
    await context.close();
  }
}
