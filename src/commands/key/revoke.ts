import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { revokeKey } from '#usecases/revocation/revoke-key.ts';
import { required } from '#usecases/transaction/mutate.ts';

/** `heddle key revoke` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const revoked = await revokeKey(await context.workspace(), {
    principal: input.argument('PRINCIPAL'),
    root: input.optionalArgument('ROOT'),
    reason: input.reason('reason'),
  });
  return { kind: 'key-revoke', result: required(revoked), notes: revoked.notes };
}
