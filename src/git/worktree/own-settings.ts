import { chmodSync, existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { Setting } from '#git/environment.ts';
import { isFalse, lastValue } from '#git/plain/config-file.ts';
import { guardFiles, replaceFile } from '#git/private-file.ts';
import type { GitRunner } from '#git/run.ts';
import { readFileLines, readLines } from '#git/settings.ts';
import { changeConfig, requireUnlocked } from './change-config.ts';

/*
 * <git dir of a worktree>/config.worktree   settings of that worktree alone (git-worktree(1), "Configuration file")
 *
 * Git reads it after the configuration that all worktrees share, once `extensions.worktreeConfig` is set there: in the
 * file itself, not in one that it includes or in the user's own.
 */

const ENABLING = 'extensions.worktreeConfig';
/** They are the main worktree's; git stops passing over them elsewhere once each worktree has its own. */
const BARE = 'core.bare';
const PLACE = 'core.worktree';
const FORMAT = '^(extensions\\.worktreeconfig|core\\.(bare|worktree))$';
/** Whose commits are, and which hooks run: what one worktree sets for all is not to reach the others. */
const PINNED = '^((user|author|committer)\\.(name|email)|user\\.signingkey|core\\.hookspath)$';
const HOOKS = 'core.hookspath';

/**
 * Lets each worktree have settings of its own; false where none may. Wherever it ends, git reads what is the main
 * worktree's from one place at least, and no other worktree does; done again, it does the rest.
 */
export async function letWorktreesDiffer(runner: GitRunner, commonDir: string): Promise<boolean> {
  const [shared, own] = [join(commonDir, 'config'), join(commonDir, 'config.worktree')];
  const lines = await readFileLines(runner, shared, FORMAT);
  const isEnabled = !isFalse(lastValue(lines, ENABLING.toLowerCase()));
  // A submodule: whenever git moves or fills it, it sets that for all worktrees again.
  if (!isEnabled && lastValue(lines, PLACE) !== undefined) return false;
  const known = existsSync(own) ? await readFileLines(runner, own, FORMAT) : [];
  const moved = [BARE, PLACE].flatMap((key) => {
    const value = lastValue(lines, key);
    return value === undefined || (key === BARE && isFalse(value)) ? [] : [{ key, value }];
  });
  // What is in a file that git does not read yet says nothing.
  const stale = new Set(isEnabled ? [] : known.map(({ key }) => key));
  for (const key of stale) await runner.run({ args: ['config', '--file', own, '--unset-all', key] });
  for (const { key, value } of moved) {
    if (isEnabled && lastValue(known, key) !== undefined) continue;
    await runner.run({ args: ['config', '--file', own, key, value] });
  }
  const changes = [
    ...moved.map(({ key }) => ['--unset-all', key]),
    ...(isEnabled ? [] : [['--replace-all', ENABLING, 'true']]),
  ];
  const [only, ...more] = changes;
  // Git itself makes one change at once, and the file where there was none.
  if (more.length > 0) await changeConfig(runner, shared, changes);
  else if (only !== undefined) await runner.run({ args: ['config', '--file', shared, ...only] });
  return true;
}

/** Throws `LOCK_HELD` where that cannot be done now: asked before a line says that a worktree is made. */
export async function requireLetting(runner: GitRunner, commonDir: string): Promise<void> {
  const shared = join(commonDir, 'config');
  const lines = await readFileLines(runner, shared, FORMAT);
  const isEnabled = !isFalse(lastValue(lines, ENABLING.toLowerCase()));
  if (!isEnabled && lastValue(lines, PLACE) === undefined) requireUnlocked(shared);
}

/** What a worktree begins with that was made just now: the settings that count in it, but for those of single ones. */
export async function readSharedSettings(runner: GitRunner, commonDir: string): Promise<readonly Setting[]> {
  const lines = await readLines(runner.asTheUser(), PINNED);
  const pinned = new Map<string, string>([[HOOKS, join(commonDir, 'hooks')]]);
  for (const { scope, key, value } of lines) {
    // Of a command are heddle's own.
    if (scope === 'worktree' || scope === 'command') continue;
    // What is no text would be another value here, and what counted before it would be, too.
    if (value.includes('\ufffd')) pinned.delete(key);
    else pinned.set(key, key === HOOKS ? withinRepository(commonDir, value) : value);
  }
  return [...pinned];
}

/** Below a linked worktree nothing is the repository's: what the main one names by `.git/…` is named as a whole. */
function withinRepository(commonDir: string, path: string): string {
  const named = resolve(dirname(commonDir), path);
  return !/^[~%]/.test(path) && named.startsWith(`${commonDir}/`) ? named : path;
}

/** Gives a worktree its settings, and nothing that git copied from the worktree in which it was made. */
export function writeOwnSettings(
  { gitDir, commonDir }: { readonly gitDir: string; readonly commonDir: string },
  settings: readonly Setting[],
): void {
  const path = join(gitDir, 'config.worktree');
  const lines = settings.map(([key, value]) => {
    const [section = '', name = ''] = key.split('.');
    return `[${section}]\n\t${name} = ${quoted(value)}\n`;
  });
  replaceFile(path, utf8(lines.join('')));
  // It is git's: whoever may read what all share may read this.
  guardFiles(path, () => chmodSync(path, statSync(join(commonDir, 'config')).mode & 0o666));
}

function quoted(value: string): string {
  const escaped = value.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return `"${escaped}"`;
}
