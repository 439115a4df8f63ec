import { realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { gitFailure, unexpectedAnswer } from '#git/failure.ts';
import type { GitRunner } from '#git/run.ts';

const QUESTIONS = [
  '--is-bare-repository',
  '--show-object-format',
  '--path-format=absolute',
  '--git-dir',
  '--git-common-dir',
] as const;

/**
 * Finds the bare repository around a directory, symbolic links resolved. It has no work tree: its Git directory stands
 * for that. Throws `NOT_A_REPOSITORY`, `NOT_BARE`, `GIT_UNSUPPORTED`.
 */
export async function findBarePlaces(runner: GitRunner): Promise<RepositoryPlaces> {
  const answer = await runner.run({ args: ['rev-parse', ...QUESTIONS], accept: [128] });
  if (answer.code !== 0) {
    throw gitFailure('rev-parse', { kind: 'exited', code: answer.code, reason: null, stderr: answer.stderr });
  }
  const text = decodeUtf8(answer.stdout);
  if (text === undefined) throw unsupported('repository paths that are not UTF-8');
  const [bare, objectFormat, gitDir, commonDir, ...rest] = text.split('\n');
  if (bare !== 'true') {
    throw new HeddleError('NOT_BARE', 'the repository has a work tree: it is no server to push to', {
      preserved: 'nothing was changed',
    });
  }
  if (!gitDir || !commonDir || !objectFormat) throw unexpectedAnswer('rev-parse');
  if (rest.length !== 1 || rest[0] !== '') throw unsupported('repository paths with a line break');
  if (objectFormat !== 'sha1') throw unsupported(`the object format ${objectFormat}`);
  const place = realpathSync(gitDir);
  if (place !== realpathSync(commonDir)) throw unsupported('a worktree of a bare repository as its server');
  return { worktree: place, gitDir: place, commonDir: place, objectFormat };
}

/**
 * Where git keeps what a push brought until it is accepted: a directory of its own below the repository's objects.
 * Throws `FORMAT_INVALID` where the variable that tells it leads elsewhere.
 */
export function findQuarantine({ commonDir }: RepositoryPlaces, told: string): string {
  const objects = realpathSync(join(commonDir, 'objects'));
  const found = realPath(told);
  const name = found?.startsWith(objects + sep) === true ? found.slice(objects.length + 1) : '';
  if (found === undefined || !/^(?:tmp_objdir-)?incoming-[A-Za-z0-9]+$/.test(name)) {
    throw new HeddleError(
      'FORMAT_INVALID',
      'what was pushed is not where git keeps it until it is accepted',
      {
        preserved: 'nothing was accepted',
      },
    );
  }
  return found;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function unsupported(what: string): HeddleError {
  return new HeddleError('GIT_UNSUPPORTED', `heddle does not support ${what}`, {
    facts: { feature: what },
    preserved: 'nothing was changed',
  });
}
