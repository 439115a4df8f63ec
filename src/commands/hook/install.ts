import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { usageError } from '#domain/usage-error.ts';

/** `heddle hook install` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  if (input.flag('server')) {
    const { installServerHooks } = await import('./server/install-server.ts');
    return installServerHooks(input, context);
  }
  const given = input.text('genesis') ?? input.text('home');
  if (given !== null || input.flag('trust-first'))
    throw usageError('hook install', '--genesis, --trust-first and --home are for --server');
  const { installHooks } = await import('#usecases/hooks/install-hooks.ts');
  return { kind: 'hook-install', ...(await installHooks(await context.workspace())) };
}
