import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { usageError } from '#domain/usage-error.ts';
import { installServerHooks } from './server/install-server.ts';

/** `heddle hook install` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  if (input.flag('server')) return installServerHooks(input, context);
  throw usageError('hook install', 'say --server, in a bare repository');
}
