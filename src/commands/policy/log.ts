import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { policyLog } from '#usecases/policy/policy-log.ts';

/** `heddle policy log` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  return { kind: 'policy-log', result: await policyLog(await context.workspace(), input.integer('limit')) };
}
