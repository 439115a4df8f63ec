import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { showTombstone } from '#usecases/tombstones/show-tombstone.ts';

/** `heddle tombstone show` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await showTombstone(await context.workspace(), input.argument('TOMBSTONE'));
  return { kind: 'tombstone-show', result };
}
