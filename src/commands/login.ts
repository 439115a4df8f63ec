import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { login, SESSION_LIFE } from '#usecases/keys/login.ts';
import { assertLifeAllowed, fittingLife, lifeLimit } from '#usecases/policy/token-limits.ts';
import { settleHere } from '#usecases/revocation/rotate-keys.ts';

/** `heddle login` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const machine = await context.machine();
  const workspace = await context.findWorkspace();
  await settleHere(machine, workspace);
  const asked = input.duration('ttl');
  const limit = await lifeLimit(workspace);
  assertLifeAllowed(asked, limit);
  const { life, notes } = fittingLife({ asked, usual: SESSION_LIFE }, limit);
  const result = await login(machine, {
    life,
    passphrase: input.flag('no-passphrase') ? { kind: 'none' } : undefined,
  });
  return { kind: 'login', result, notes };
}
