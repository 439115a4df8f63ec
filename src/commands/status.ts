import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { status } from '#usecases/threads/status.ts';

/** `heddle status` */
export async function run(_input: CommandInput, context: Context): Promise<CommandOutcome> {
  const workspace = await context.workspace();
  return { kind: 'status', result: await status(workspace, await context.wiredHarness()) };
}
