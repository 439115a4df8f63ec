import { join } from 'node:path';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { Setting } from '#git/environment.ts';
import { replaceFile } from '#git/private-file.ts';
import type { GitRunner } from '#git/run.ts';
import { readLines, type SettingLine } from '#git/settings.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';

/*
 * <git dir of a worktree>/config.worktree   settings of that worktree alone (git-worktree(1), "Configuration file")
 *
 * Git reads it after the configuration that all worktrees share, once `extensions.worktreeConfig` is set there.
 */

const ENABLING = 'extensions.worktreeConfig';
/** Whose commits are, and which hooks run: what one worktree sets for all is not to reach the others. */
const PINNED = /^(?:(?:user|author|committer)\.(?:name|email)|user\.signingkey|core\.hookspath)$/;
const HOOKS = 'core.hookspath';
/** They are the main worktree's; git stops passing over them elsewhere once each worktree has its own. */
const MAIN_ALONE: readonly string[] = ['core.bare', 'core.worktree'];
const WANTED =
  '^(extensions\\.worktreeconfig|core\\.(bare|worktree|hookspath)|(user|author|committer)\\.(name|email)|user\\.signingkey)$';

/** What a worktree of somebody else's begins with: the settings that count here, but for those of single worktrees. */
export async function readSharedSettings(
  runner: GitRunner,
  { commonDir }: RepositoryPlaces,
): Promise<readonly Setting[]> {
  const lines = await readLines(runner.asTheUser(), WANTED);
  await letWorktreesDiffer(runner, commonDir, lines);
  const pinned = new Map<string, string>([[HOOKS, join(commonDir, 'hooks')]]);
  for (const { scope, key, value } of lines) {
    // Of a command are heddle's own; what is no text would be another value.
    const counts = scope !== 'worktree' && scope !== 'command' && !value.includes('\ufffd');
    if (counts && PINNED.test(key)) pinned.set(key, value);
  }
  return [...pinned];
}

/** Gives a worktree its settings, and nothing that git copied from the worktree in which it was made. */
export function writeOwnSettings(gitDir: string, settings: readonly Setting[]): void {
  const lines = settings.map(([key, value]) => {
    const [section = '', name = ''] = key.split('.');
    return `[${section}]\n\t${name} = ${quoted(value)}\n`;
  });
  replaceFile(join(gitDir, 'config.worktree'), utf8(lines.join('')));
}

/** In an order in which git reads each setting from one place at least, wherever it ends; done again, it does the rest. */
async function letWorktreesDiffer(
  runner: GitRunner,
  commonDir: string,
  lines: readonly SettingLine[],
): Promise<void> {
  const moved = lines
    .filter(({ scope, key }) => scope === 'local' && MAIN_ALONE.includes(key))
    .filter(matters);
  for (const { key, value } of moved) {
    await runner.run({ args: ['config', '--file', join(commonDir, 'config.worktree'), key, value] });
  }
  const enabled = lines.findLast(({ key }) => key === ENABLING.toLowerCase())?.value;
  if (enabled !== 'true') await runner.run({ args: ['config', '--local', ENABLING, 'true'] });
  for (const { key } of moved)
    await runner.run({ args: ['config', '--local', '--unset-all', key], accept: [5] });
}

function matters({ key, value }: SettingLine): boolean {
  return key !== 'core.bare' || value.toLowerCase() === 'true';
}

function quoted(value: string): string {
  const escaped = value.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return `"${escaped}"`;
}
