import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { listExceptions } from '#usecases/secrets/list-exceptions.ts';

/** `heddle secrets list` */
export async function run(_input: CommandInput, context: Context): Promise<CommandOutcome> {
  return { kind: 'secrets-list', result: await listExceptions(await context.workspace()) };
}
