import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { HookTrial } from '#ports/boundary/hooks.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { cleanForeignText } from '#git/foreign-text.ts';
import { EMPTY_TREE } from '#git/objects/hash.ts';
import { guardFiles } from '#git/private-file.ts';
import { LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import { RECORD_NAME } from './stub.ts';

const HOOK = 'reference-transaction';
/** A ref of heddle's that no line of any log explains. */
const FORBIDDEN = 'refs/heddle/trial';
/** By what the refusal of heddle's own hook is told from any other failure. */
const REFUSAL = 'no line of heddle';

/**
 * Tries an update that has to be refused, with the hook that git would run here, in a repository that is made for it and
 * goes again.
 */
export async function tryHooks(
  { runner, places }: { readonly runner: GitRunner; readonly places: RepositoryPlaces },
  directory: string,
): Promise<HookTrial> {
  const scratch = makeScratch(places.commonDir);
  try {
    await runner.run({ args: ['init', '--quiet', '--bare', '--template=', scratch] });
    guardFiles(scratch, () => {
      mkdirSync(join(scratch, 'hooks'));
      mkdirSync(join(scratch, 'heddle'));
      copyFileSync(join(places.commonDir, RECORD_NAME), join(scratch, RECORD_NAME));
      if (existsSync(join(directory, HOOK)))
        copyFileSync(join(directory, HOOK), join(scratch, 'hooks', HOOK));
    });
    const answer = await runner.withGitDir(scratch).run({
      args: ['update-ref', FORBIDDEN, EMPTY_TREE],
      instead: [['core.hooksPath', join(scratch, 'hooks')]],
      accept: [1, 128],
      deadlineMs: LONG_DEADLINE_MS,
    });
    const said = cleanForeignText(answer.stderr);
    const refused = answer.code !== 0 && said.includes(REFUSAL);
    return { refused, said: refused ? '' : said };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function makeScratch(commonDir: string): string {
  return guardFiles(commonDir, () => mkdtempSync(join(commonDir, 'heddle', 'hook-trial-')));
}
