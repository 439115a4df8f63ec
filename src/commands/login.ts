import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { login } from '#usecases/keys/login.ts';
import { settleHere } from '#usecases/revocation/rotate-keys.ts';

/** `heddle login` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const machine = await context.machine();
  await settleHere(machine, await context.findWorkspace());
  const result = await login(machine, {
    life: input.duration('ttl'),
    passphrase: input.flag('no-passphrase') ? { kind: 'none' } : undefined,
  });
  return { kind: 'login', result };
}
