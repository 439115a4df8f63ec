import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { initialise } from '#usecases/keys/initialise.ts';

/** `heddle init` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const gitMade = await context.ensureGit();
  const result = await initialise(await context.workspace(), {
    namespace: input.text('namespace'),
    name: input.text('name'),
    passphrase: input.flag('no-passphrase') ? { kind: 'none' } : undefined,
  });
  return { kind: 'init', result: { ...result, gitMade } };
}
