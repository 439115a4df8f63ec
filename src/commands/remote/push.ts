import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { chooseRemote } from '#usecases/remotes/choose-remote.ts';
import { push } from '#usecases/remotes/push/push.ts';

/** `heddle push` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  await context.expectDecision();
  const workspace = await context.workspace();
  const remote = await chooseRemote(workspace, input.optionalArgument('REMOTE'));
  const { result, notes } = await push(workspace, {
    remote,
    threads: input.list('thread'),
    branches: input.list('branch'),
    all: input.flag('all'),
  });
  return { kind: 'push', result, notes };
}
