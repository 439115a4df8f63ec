import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import { verifyToken } from '#usecases/tokens/inspect-token.ts';
import { readOfferedToken } from '#usecases/tokens/offered-token.ts';

/** `heddle token verify` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const machine = await context.machine();
  const token = await readOfferedToken(
    machine,
    context,
    input.flag('stdin') ? '-' : input.text('token-file'),
  );
  const workspace = await context.findWorkspace();
  const authority = workspace === null ? undefined : await tryLoadAuthority(workspace);
  const result = await verifyToken(machine, token, {
    view: authority?.view ?? null,
    now: machine.clock.now(),
  });
  return { kind: 'token-verify', result, exit: result.ok ? 0 : 1 };
}
