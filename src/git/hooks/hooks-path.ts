import { isAbsolute, join, relative, resolve } from 'node:path';
import type { HooksPathSetting } from '#ports/boundary/hooks.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import type { Variables } from '#platform/environment.ts';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import type { GitRunner } from '#git/run.ts';

const KEY = 'core.hookspath';

/**
 * Every `core.hooksPath` that git would see here, the one that counts last. Heddle's own children see another one, and
 * nothing of the environment: what that says is read by itself.
 */
export async function readHooksPaths(runner: GitRunner): Promise<readonly HooksPathSetting[]> {
  const args = ['config', '--show-scope', '-z', '--type=path', '--get-all', KEY] as const;
  const { stdout } = await runner.run({ args: [...args], accept: [1] });
  const fields = (decodeUtf8(stdout) ?? '').split('\0');
  if (fields.pop() !== '' || fields.length % 2 !== 0) throw unexpectedAnswer('config');
  const settings: HooksPathSetting[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const [scope = '', value = ''] = fields.slice(at, at + 2);
    if (scope !== 'command') settings.push({ scope, value });
  }
  return [...settings, ...fromEnvironment(runner.inherited)];
}

/** `GIT_CONFIG_COUNT` and what `git -c` hands to its children. */
function fromEnvironment(inherited: Variables): readonly HooksPathSetting[] {
  const found: HooksPathSetting[] = [];
  const count = Math.min(Number(inherited['GIT_CONFIG_COUNT'] ?? 0) || 0, MOST_VARIABLES);
  for (let at = 0; at < count; at += 1) {
    if (inherited[`GIT_CONFIG_KEY_${at}`]?.toLowerCase() !== KEY) continue;
    found.push({ scope: 'environment', value: inherited[`GIT_CONFIG_VALUE_${at}`] ?? '' });
  }
  const parameters = inherited['GIT_CONFIG_PARAMETERS'] ?? '';
  const match = /'core\.hookspath'?=(?:'([^']*)'|([^' ]*))/i.exec(parameters);
  if (match !== null) found.push({ scope: 'environment', value: match[1] ?? match[2] ?? '' });
  return found;
}

const MOST_VARIABLES = 1000;

/** Where git looks for hooks by a setting; the usual place where there is none. */
export function hooksDirectory(places: RepositoryPlaces, setting: HooksPathSetting | null): string {
  if (setting === null) return join(places.commonDir, 'hooks');
  return resolve(places.worktree, setting.value);
}

/** True where other repositories look into the directory, too: it is neither in the work tree nor in the repository. */
export function isShared(places: RepositoryPlaces, directory: string): boolean {
  return ![places.commonDir, places.worktree].some((own) => isBelow(own, directory));
}

function isBelow(own: string, directory: string): boolean {
  const path = relative(own, directory);
  return path !== '' && path !== '..' && !path.startsWith('../') && !isAbsolute(path);
}
