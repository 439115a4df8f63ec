import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { login } from '#usecases/keys/login.ts';

/** `heddle login` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await login(await context.machine(), {
    life: input.duration('ttl'),
    passphrase: input.flag('no-passphrase') ? { kind: 'none' } : undefined,
  });
  return { kind: 'login', result };
}
