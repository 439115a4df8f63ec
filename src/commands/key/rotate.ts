import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { rotateKeys } from '#usecases/revocation/rotate-keys.ts';
import { required } from '#usecases/transaction/mutate.ts';

/** `heddle key rotate` */
export async function run(_input: CommandInput, context: Context): Promise<CommandOutcome> {
  const rotated = await rotateKeys(await context.workspace());
  return { kind: 'key-rotate', result: required(rotated), notes: rotated.notes };
}
