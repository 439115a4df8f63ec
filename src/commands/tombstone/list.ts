import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { listTombstones } from '#usecases/tombstones/list-tombstones.ts';

/** `heddle tombstone list` */
export async function run(_input: CommandInput, context: Context): Promise<CommandOutcome> {
  return { kind: 'tombstone-list', result: await listTombstones(await context.workspace()) };
}
