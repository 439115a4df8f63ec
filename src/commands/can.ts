import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { can } from '#usecases/tokens/can.ts';

/** `heddle can` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await can(await context.workspace(), {
    operation: input.operation('OPERATION'),
    resource: input.argument('RESOURCE'),
  });
  return { kind: 'can', result, exit: result.allowed ? 0 : 1 };
}
