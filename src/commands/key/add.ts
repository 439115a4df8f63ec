import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { addKey } from '#usecases/keys/manage-keys.ts';
import { required } from '#usecases/transaction/mutate.ts';

const LARGEST_KEY = 64 * 1024;

/** `heddle key add` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const given = input.argument('PUBLIC-KEY');
  const text = given.startsWith('heddle-key:')
    ? given
    : new TextDecoder().decode(await context.readInput(given, LARGEST_KEY)).trim();
  const added = await addKey(await context.workspace(), {
    principal: input.argument('PRINCIPAL'),
    text,
  });
  return { kind: 'key-add', result: required(added), notes: added.notes };
}
