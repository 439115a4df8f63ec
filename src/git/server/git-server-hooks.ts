import { join, resolve, sep } from 'node:path';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { GitSetting } from '#domain/hooks/server-settings.ts';
import type {
  ServerHook,
  ServerHookFile,
  ServerHookOptions,
  ServerHooks,
} from '#ports/server/server-hooks.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { canKeep, findHook, putHook, takeHook } from '#git/hooks/hook-files.ts';
import type { StubProgram } from '#git/hooks/stub.ts';
import type { GitRunner } from '#git/run.ts';
import { readLines } from '#git/settings.ts';
import { optionsIn, serverStub } from './server-stub.ts';

const HOOKS: readonly ServerHook[] = ['pre-receive', 'post-receive'];

/** The hooks of a bare repository as files. */
export class GitServerHooks implements ServerHooks {
  readonly #runner: GitRunner;
  readonly #places: RepositoryPlaces;
  readonly #program: StubProgram;

  constructor(runner: GitRunner, places: RepositoryPlaces, program: StubProgram) {
    this.#runner = runner;
    this.#places = places;
    this.#program = program;
  }

  async directory(): Promise<string> {
    const { gitDir } = this.#places;
    const args = ['config', '--show-scope', '-z', '--type=path', '--get-all', 'core.hookspath'] as const;
    const { stdout } = await this.#runner.run({ args: [...args], accept: [1] });
    const fields = (decodeUtf8(stdout) ?? '').split('\0');
    // Every git of heddle's is told another one.
    const set = fields.filter((_, at) => at % 2 === 1 && fields[at - 1] !== 'command').at(-1);
    const directory = set === undefined ? join(gitDir, 'hooks') : resolve(gitDir, set);
    if (directory.startsWith(gitDir + sep)) return directory;
    const feature = 'hooks outside of the repository on a server (core.hooksPath)';
    throw new HeddleError('GIT_UNSUPPORTED', `heddle does not support ${feature}`, {
      facts: { feature, directory },
      preserved: 'no hook was written',
    });
  }

  async install(options: ServerHookOptions): Promise<readonly ServerHook[]> {
    const directory = await this.directory();
    const wanted = HOOKS.map((hook) => {
      const path = join(directory, hook);
      return {
        hook,
        path,
        text: serverStub(hook, { ...options, program: this.#program }),
        found: findHook(path),
      };
    });
    for (const { path, found } of wanted)
      if (found.kind === 'foreign' && !canKeep(path, found)) throw taken(path);
    const changed = wanted.filter(({ found, text }) => found.text !== text);
    for (const { path, text, found } of changed) putHook(path, text, found);
    return changed.map(({ hook }) => hook);
  }

  async uninstall(): Promise<readonly ServerHook[]> {
    const directory = await this.directory();
    return HOOKS.filter((hook) => {
      const path = join(directory, hook);
      const found = findHook(path);
      if (found.kind !== 'ours' && !(found.kind === 'missing' && found.kept)) return false;
      takeHook(path, found);
      return true;
    });
  }

  async inspect(): Promise<readonly ServerHookFile[]> {
    const directory = await this.directory();
    return HOOKS.map((hook) => {
      const { kind, text, kept } = findHook(join(directory, hook));
      if (kind !== 'ours') return { hook, status: kind, chained: false };
      const starts = text?.includes(this.#program.script) === true;
      return { hook, status: starts ? 'installed' : 'changed', chained: kept };
    });
  }

  async options(): Promise<ServerHookOptions | null> {
    const { kind, text } = findHook(join(await this.directory(), 'pre-receive'));
    return kind === 'ours' ? optionsIn(text ?? '') : null;
  }

  async settings(): Promise<readonly GitSetting[]> {
    const lines = await readLines(this.#runner, String.raw`^(receive|transfer|uploadpack)\.[a-z]*$`);
    return lines.filter(({ scope }) => scope !== 'command').map(({ key, value }) => ({ key, value }));
  }
}

function taken(path: string): HeddleError {
  return new HeddleError(
    'OUTPUT_EXISTS',
    'another hook took the place of heddle’s, and one is kept beside it',
    {
      facts: { path },
      preserved: 'no hook was written',
    },
  );
}
