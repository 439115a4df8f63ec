import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { usageError } from '#domain/usage-error.ts';
import { uninstallServerHooks } from './server/install-server.ts';

/** `heddle hook uninstall` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  if (input.flag('server')) return uninstallServerHooks(context);
  throw usageError('hook uninstall', 'say --server, in a bare repository');
}
