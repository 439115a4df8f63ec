import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { HARNESSES, type Harness } from '#domain/harness/integration.ts';
import { usageError } from '#domain/usage-error.ts';
import { disintegrate, excludeFileOf, integrate } from '#usecases/harness/integrate.ts';

/** `heddle integrate` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const harness = HARNESSES.find((one) => one === input.argument('HARNESS')) ?? 'generic';
  const workspace = await context.workspace();
  const { home, files, commandOf, userHome } = await context.harness();
  const ground = { workspace, home, files };
  const command = commandOf(harness);
  const file = settingsFile(harness, input.flag('user') ? userHome : workspace.places.worktree, input);
  const isLocal = file !== null && !input.flag('user');
  const excludeFile = isLocal ? excludeFileOf(workspace) : null;
  const where = { file, excludeFile, commandOf: command };
  const result = input.flag('uninstall')
    ? await disintegrate(ground, { harness, ...where })
    : await integrate(ground, { ...settingsOf(input, harness), ...where });
  return { kind: 'integrate', result };
}

/** What sessions get: the preset for working alone, on the thread that is there then, where nothing else is said. */
function settingsOf(input: CommandInput, harness: Harness) {
  const isClaude = harness === 'claude-code';
  const operations = input.operations('allow');
  const resources = input.list('resource');
  const preset = input.text('preset') ?? (operations.length === 0 ? 'overnight' : null);
  if (preset === null && resources.length === 0) {
    throw usageError('integrate', '--allow needs --resource', { flag: '--resource' });
  }
  return {
    harness,
    agent: input.text('agent') ?? (isClaude ? 'claude-code' : 'agent'),
    provider: input.text('provider') ?? (isClaude ? 'anthropic' : null),
    model: input.text('model'),
    preset,
    operations,
    resources,
    life: input.duration('ttl'),
  };
}

function settingsFile(harness: Harness, root: string, input: CommandInput): string | null {
  if (harness === 'claude-code') {
    return `${root}/.claude/${input.flag('user') ? 'settings.json' : 'settings.local.json'}`;
  }
  if (input.flag('user')) throw usageError('integrate', '--user is for claude-code', { flag: '--user' });
  return null;
}
