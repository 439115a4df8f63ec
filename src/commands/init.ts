import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { parseId } from '#domain/id.ts';
import { adopt } from '#usecases/receive/adopt.ts';
import { initialise } from '#usecases/keys/initialise.ts';

/** `heddle init` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  if (input.flag('adopt')) return adoptFetched(input, context);
  const gitMade = await context.ensureGit();
  const result = await initialise(await context.workspace(), {
    namespace: input.text('namespace'),
    name: input.text('name'),
    passphrase: input.flag('no-passphrase') ? { kind: 'none' } : undefined,
  });
  return { kind: 'init', result: { ...result, gitMade } };
}

async function adoptFetched(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const genesis = input.text('genesis');
  const { result, notes } = await adopt(
    await context.workspace(),
    genesis === null ? null : parseId('hg', genesis),
  );
  return { kind: 'init', result: { ...result, gitMade: false }, notes };
}
