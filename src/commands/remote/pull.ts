import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { chooseRemote } from '#usecases/remotes/choose-remote.ts';
import { pull } from '#usecases/remotes/pull/pull.ts';

/** `heddle pull` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const workspace = await context.workspace();
  const remote = await chooseRemote(workspace, input.optionalArgument('REMOTE'));
  const { result, notes } = await pull(workspace, remote);
  return { kind: 'pull', result, exit: result.findings.length > 0 ? 1 : 0, notes };
}
