import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { receiveTombstones } from '#usecases/receive/receive-tombstones.ts';

/** `heddle tombstone receive` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const remote = input.argument('REMOTE');
  const { notes, refused, ...done } = await receiveTombstones(await context.workspace(), remote);
  const findings = refused.map(({ subject, why }) => ({ kind: 'tombstone', subject, message: why }) as const);
  const result = { remote, ...done, findings };
  return { kind: 'tombstone-receive', result, exit: findings.length > 0 ? 1 : 0, notes };
}
