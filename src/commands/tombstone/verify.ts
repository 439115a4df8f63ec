import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { verifyTombstones } from '#usecases/tombstones/verify-tombstones.ts';

/** `heddle tombstone verify` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await verifyTombstones(await context.workspace(), input.optionalArgument('TOMBSTONE'));
  return { kind: 'tombstone-verify', result, exit: result.ok ? 0 : 1 };
}
