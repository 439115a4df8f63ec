import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { revokeToken } from '#usecases/revocation/revoke-token.ts';
import { readOfferedToken } from '#usecases/tokens/offered-token.ts';

/** `heddle token revoke` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const workspace = await context.workspace();
  const file = input.flag('stdin') ? '-' : input.text('token-file');
  const { result, operation, notes } = await revokeToken(workspace, {
    session: input.text('session'),
    block: input.text('block'),
    token: file === null ? null : await readOfferedToken(workspace, context, file),
    reason: input.reason('reason'),
  });
  return { kind: 'token-revoke', result: { ...result, operation }, notes };
}
