import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import { withLeft } from '#usecases/budgets/budgets-left.ts';
import { whoami } from '#usecases/caller/whoami.ts';

/** `heddle whoami` */
export async function run(_input: CommandInput, context: Context): Promise<CommandOutcome> {
  const workspace = await context.findWorkspace();
  const authority = workspace === null ? undefined : await tryLoadAuthority(workspace);
  const view = authority?.view ?? null;
  const result = await whoami(await context.machine(), view);
  const { credential } = result;
  const left = credential === null ? null : await withLeft(credential, workspace, view);
  return { kind: 'whoami', result: { ...result, credential: left } };
}
