import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { doctor } from '#usecases/doctor/doctor.ts';

/** `heddle doctor` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await doctor(await context.workspace(), await context.surroundings(), {
    rebuildIndex: input.flag('rebuild-index'),
  });
  return { kind: 'doctor', result, exit: result.ok ? 0 : 1 };
}
