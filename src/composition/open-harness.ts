import { homedir } from 'node:os';
import type { ContextOptions } from '#cli/command.ts';
import type { HarnessSurroundings } from '#context.ts';
import { createHarnessHome } from '#crypto/boundary/harness-home.ts';
import { userDirectories } from './user-directories.ts';
import { findOwnProgram } from '#platform/programs/own-program.ts';
import type { Workspace } from '#ports/workspace.ts';
import { HARNESS_FILES } from '#storage/harness-files.ts';

/** What wiring a harness takes, loaded by the verbs that do. */
export async function openHarness(
  workspace: Workspace,
  environment: ContextOptions['environment'],
): Promise<HarnessSurroundings> {
  const { data } = userDirectories(environment);
  const { replica } = await workspace.replica();
  const { node, script } = findOwnProgram();
  const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;
  const variable = (name: string): string | null => environment[name] || null;
  return {
    home: createHarnessHome(data, { replica, credentials: workspace.credentials }),
    files: HARNESS_FILES,
    commandOf: (harness) => (event) => `${quote(node)} ${quote(script)} harness ${event} --format ${harness}`,
    userHome: variable('HOME') ?? homedir(),
    environmentFile: variable('CLAUDE_ENV_FILE'),
  };
}
