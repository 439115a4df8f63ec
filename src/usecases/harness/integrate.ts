import { HeddleError } from '#domain/error.ts';
import {
  addClaudeHooks,
  hasClaudeHooks,
  LARGEST_SETTINGS,
  removeClaudeHooks,
} from '#domain/harness/claude-settings.ts';
import { addExclude, removeExclude, SETTINGS_PATTERN } from '#domain/harness/excludes.ts';
import { HARNESS_EVENTS, type HarnessEventName } from '#domain/harness/harness-event.ts';
import type { Harness, Integration } from '#domain/harness/integration.ts';
import type { IntegrateResult } from '#domain/results/boundary/harness-results.ts';
import type { HarnessFiles, HarnessHome } from '#ports/boundary/harness-ports.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { presetNarrowing } from '#usecases/tokens/preset-narrowing.ts';
import { forgetRevoked } from './begin-session.ts';

/** Where a harness is wired. */
export interface HarnessGround {
  readonly workspace: Workspace;
  readonly home: HarnessHome;
  readonly files: HarnessFiles;
}

export interface IntegrateOptions extends Pick<
  Integration,
  'agent' | 'provider' | 'model' | 'preset' | 'operations' | 'resources' | 'life'
> {
  readonly harness: Harness;
  /** Absolute path of the harness's settings; null where it has none that heddle knows. */
  readonly file: string | null;
  /** Git's list of ignored files, absolute, where the settings lie in the work tree; null elsewhere. */
  readonly excludeFile: string | null;
  readonly commandOf: (event: HarnessEventName) => string;
}

/**
 * Wires a harness: first what sessions get goes into the home, then the hooks into the harness's settings; killed
 * between, doing it again ends it. A person does it: throws `INTEGRATE_REFUSED` for an agent, `FORMAT_INVALID` for
 * settings that cannot be kept as they are.
 */
export async function integrate(ground: HarnessGround, options: IntegrateOptions): Promise<IntegrateResult> {
  const { workspace, home, files } = ground;
  refuseAgent(workspace);
  const { view } = await knowAuthority(workspace);
  const { file, excludeFile, commandOf, ...settings } = options;
  await assertNarrowing(workspace, options);
  const known = await sameFile(ground, file);
  const text = file === null ? null : await files.read(file, LARGEST_SETTINGS);
  const before = known !== undefined && known.after === text ? known.before : withoutHooks(text);
  const after = file === null ? null : addClaudeHooks(before, commandOf);
  const directory =
    file !== null && (known?.directory === true || !(await files.isDirectory(directoryOf(file))));
  const ignored = await ignore(ground, excludeFile, known);
  const integration: Integration = { ...settings, file, before, after, directory, ...ignored };
  await home.write(integration);
  await forgetRevoked(home, view);
  if (excludeFile !== null && ignored.excludes !== null) await files.write(excludeFile, ignored.excludes);
  if (file !== null && after !== text) await files.write(file, after);
  return answer(integration, 'installed', commandOf);
}

type Unwiring = Pick<IntegrateOptions, 'harness' | 'file' | 'excludeFile' | 'commandOf'>;

/** Takes the hooks out again: byte for byte where nobody wrote into the settings since, else heddle's alone. */
export async function disintegrate(
  ground: HarnessGround,
  { harness, file, excludeFile, commandOf }: Unwiring,
): Promise<IntegrateResult> {
  refuseAgent(ground.workspace);
  const known = await ground.home.read();
  if (known === undefined || known.harness !== harness) {
    // What a killed one left there, or what came with a copy of a clone, with nobody's record.
    if (known === undefined) await ground.home.remove();
    const had = known === undefined && (await takeUnknownOut(ground, file, excludeFile));
    return answer({ ...NOTHING, harness, file: null }, had ? 'uninstalled' : 'unchanged', commandOf);
  }
  await takeOut(ground, known);
  await ground.home.remove();
  return answer(known, 'uninstalled', commandOf);
}

/** What was wired by this file before; from another one the hooks are taken out. */
async function sameFile(ground: HarnessGround, file: string | null): Promise<Integration | undefined> {
  const known = await ground.home.read();
  if (known === undefined || known.file === file) return known;
  await takeOut(ground, known);
  return undefined;
}

const EMPTY = '{}\n';

function withoutHooks(text: string | null): string | null {
  return text === null || !hasClaudeHooks(text) ? text : removeClaudeHooks(text);
}

const NOTHING = { agent: '', preset: null, operations: [], resources: [], life: null } as const;

async function takeOut(ground: HarnessGround, known: Integration): Promise<void> {
  const { home, files } = ground;
  const { file, directory } = known;
  await takeIgnoreOut(ground, known);
  if (file === null || (await home.isShared(file))) return;
  await files.removeLeft(file);
  const text = await files.read(file, LARGEST_SETTINGS);
  const wanted = text === null ? null : withoutOurs(known, text);
  if (wanted !== text) await files.write(file, wanted);
  if (wanted === null && directory) await files.removeEmpty(directoryOf(file));
}

/** Takes hooks out of settings of which this home has no record; false where there were none. */
async function takeUnknownOut(
  { home, files }: HarnessGround,
  file: string | null,
  excludeFile: string | null,
): Promise<boolean> {
  if (file === null || (await home.isShared(file))) return false;
  await files.removeLeft(file);
  const text = await files.read(file, LARGEST_SETTINGS);
  if (text === null || !hasClaudeHooks(text)) return false;
  await files.write(file, removeClaudeHooks(text));
  const excludes = excludeFile === null ? null : await files.read(excludeFile, LARGEST_SETTINGS);
  if (excludeFile !== null && excludes !== null) {
    const left = removeExclude(excludes, SETTINGS_PATTERN);
    if (left !== excludes) await files.write(excludeFile, left);
  }
  return true;
}

/** Settings as they were, or as somebody left them since; null for none. */
function withoutOurs({ before, after }: Integration, text: string): string | null {
  const left = text === after || text === before ? before : removeClaudeHooks(text);
  // Settings that were there before stay there, with nothing in them.
  return left ?? (before === null ? null : EMPTY);
}

function directoryOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/'));
}

type Ignored = Pick<Integration, 'excludes' | 'excludesBefore'>;

/** What the list of ignored files becomes: what is of this machine is captured by nobody. */
async function ignore(
  { files }: HarnessGround,
  excludeFile: string | null,
  known: Integration | undefined,
): Promise<Ignored> {
  if (excludeFile === null) return LEFT;
  const text = await files.read(excludeFile, LARGEST_SETTINGS);
  const excludes = addExclude(text, SETTINGS_PATTERN);
  if (excludes !== null) return { excludes, excludesBefore: text };
  return known === undefined ? LEFT : { excludes: known.excludes, excludesBefore: known.excludesBefore };
}

const LEFT: Ignored = { excludes: null, excludesBefore: null };

async function takeIgnoreOut({ workspace, files }: HarnessGround, known: Ignored): Promise<void> {
  const { excludes, excludesBefore } = known;
  if (excludes === null) return;
  const file = excludeFileOf(workspace);
  await files.removeLeft(file);
  const text = await files.read(file, LARGEST_SETTINGS);
  if (text === null) return;
  const left = text === excludes ? excludesBefore : removeExclude(text, SETTINGS_PATTERN);
  if (left !== text) await files.write(file, left);
}

/** Git's list of ignored files of a clone, which no commit has. */
export function excludeFileOf({ places }: Pick<Workspace, 'places'>): string {
  return `${places.commonDir}/info/exclude`;
}

async function assertNarrowing(
  workspace: Workspace,
  { preset, operations, resources, life }: IntegrateOptions,
): Promise<void> {
  const position = await workspace.records.readPosition(workspace.places.gitDir);
  // Without a thread the place is told when a session starts.
  if (resources.length > 0 || position !== undefined) {
    await presetNarrowing(workspace, { preset, operations, resources, life });
  }
}

function refuseAgent({ said: { agentDetected, credentialPath } }: Workspace): void {
  const sign = agentDetected ?? (credentialPath === null ? null : 'HEDDLE_CREDENTIAL');
  if (sign === null) return;
  throw new HeddleError('INTEGRATE_REFUSED', 'a person decides what the sessions of a harness may do', {
    facts: { agent: sign },
    preserved: 'nothing was changed',
  });
}

function answer(
  integration: Pick<
    Integration,
    'harness' | 'file' | 'agent' | 'preset' | 'operations' | 'resources' | 'life'
  >,
  done: IntegrateResult['done'],
  commandOf: IntegrateOptions['commandOf'],
): IntegrateResult {
  const { harness, file, agent, preset, operations, resources, life } = integration;
  const commands = HARNESS_EVENTS.map((event) => ({ event, command: commandOf(event) }));
  return { harness, done, file, agent, preset, operations, resources, life, commands };
}
