import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { newKey } from '#usecases/keys/manage-keys.ts';

/** `heddle key new` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const passphrase = input.flag('no-passphrase') ? ({ kind: 'none' } as const) : undefined;
  return {
    kind: 'key-new',
    result: await newKey(await context.machine(), passphrase, input.flag('replace')),
  };
}
