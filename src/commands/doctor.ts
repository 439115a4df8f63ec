import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { doctor } from '#usecases/doctor/doctor.ts';

/** `heddle doctor` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await doctor(await context.workspace(), await context.surroundings(), {
    rebuildIndex: input.flag('rebuild-index'),
    harness: async () => {
      const wired = await context.wiredHarness();
      if (wired === null) return [];
      const { integrationFindings } = await import('#usecases/harness/integration-findings.ts');
      const { commandOf, ...ground } = await context.harness();
      return integrationFindings(ground, commandOf(wired));
    },
  });
  return { kind: 'doctor', result, exit: result.ok ? 0 : 1 };
}
