import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';

/** `heddle hook uninstall` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  if (input.flag('server')) {
    const { uninstallServerHooks } = await import('./server/install-server.ts');
    return uninstallServerHooks(context);
  }
  const { uninstallHooks } = await import('#usecases/hooks/install-hooks.ts');
  return { kind: 'hook-uninstall', ...(await uninstallHooks(await context.workspace())) };
}
