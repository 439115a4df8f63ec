import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { hookStatus } from '#usecases/hooks/install-hooks.ts';

/** `heddle hook status` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  if (input.flag('server')) {
    const { showServerStatus } = await import('./server/install-server.ts');
    return showServerStatus(context);
  }
  const result = await hookStatus(await context.workspace());
  return { kind: 'hook-status', result, exit: result.ok ? 0 : 1 };
}
