import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { HeddleError } from '#domain/error.ts';
import { initialise } from '#usecases/keys/initialise.ts';
import { adoptOrTake } from '#usecases/remotes/take-all.ts';
import { pinnedGenesis } from './remote/pinned-genesis.ts';

/** `heddle init` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  if (input.flag('adopt')) return beginWithAnother(input, context);
  for (const name of ['remote', 'genesis'])
    if (input.text(name) !== null) throw new HeddleError('USAGE', `--${name} goes with --adopt`);
  const gitMade = await context.ensureGit();
  const result = await initialise(await context.workspace(), {
    namespace: input.text('namespace'),
    name: input.text('name'),
    passphrase: input.flag('no-passphrase') ? { kind: 'none' } : undefined,
  });
  return { kind: 'init', result: { ...result, gitMade } };
}

async function beginWithAnother(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const genesis = pinnedGenesis(input);
  const { result, notes } = await adoptOrTake(await context.workspace(), {
    remote: input.text('remote'),
    genesis,
  });
  return { kind: 'init', result: { ...result, gitMade: false }, notes };
}
