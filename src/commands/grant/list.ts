import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { listGrants } from '#usecases/keys/grants.ts';

/** `heddle grant list` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const workspace = await context.workspace();
  const { view } = await loadAuthority(workspace);
  const result = listGrants(view, {
    principal: input.text('principal'),
    at: input.text('at'),
    now: workspace.clock.now(),
  });
  return { kind: 'grant-list', result };
}
