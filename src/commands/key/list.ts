import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import { listKeys } from '#usecases/keys/manage-keys.ts';

/** `heddle key list` */
export async function run(_input: CommandInput, context: Context): Promise<CommandOutcome> {
  const workspace = await context.findWorkspace();
  const authority = workspace === null ? undefined : await tryLoadAuthority(workspace);
  const result = await listKeys(await context.machine(), authority?.view ?? null);
  return { kind: 'key-list', result };
}
