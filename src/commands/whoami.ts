import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import { whoami } from '#usecases/caller/whoami.ts';

/** `heddle whoami` */
export async function run(_input: CommandInput, context: Context): Promise<CommandOutcome> {
  const workspace = await context.findWorkspace();
  const authority = workspace === null ? undefined : await tryLoadAuthority(workspace);
  return { kind: 'whoami', result: await whoami(await context.machine(), authority?.view ?? null) };
}
