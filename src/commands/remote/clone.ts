import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import type { AuthorityId } from '#domain/id.ts';
import { takeAll } from '#usecases/remotes/take-all.ts';
import { pinnedGenesis } from './pinned-genesis.ts';

/** `heddle clone` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const genesis = pinnedGenesis(input);
  const { directory, inside, discard } = await context.cloneGit({
    address: input.argument('URL'),
    directory: input.optionalArgument('DIR'),
    branch: input.text('branch'),
  });
  try {
    return await adoptInside(inside, { directory, genesis });
  } catch (error) {
    discard();
    throw error;
  }
}

async function adoptInside(
  inside: Context,
  { directory, genesis }: { readonly directory: string; readonly genesis: AuthorityId | null },
): Promise<CommandOutcome> {
  try {
    const workspace = await inside.workspace();
    const { result, notes } = await takeAll(workspace, 'origin', genesis);
    const { repository, adopted, operation, replica } = result;
    const clone = {
      directory,
      repository,
      genesis: result.genesis,
      trustedOnFirstUse: genesis === null,
      owners: adopted?.owners ?? [],
      threads: adopted?.threads ?? 0,
      branch: (await workspace.worktree.headCommit()) === null ? null : await workspace.worktree.headBranch(),
      attention: adopted?.attention ?? [],
      replica,
      operation,
    };
    return { kind: 'clone', result: clone, notes };
  } finally {
    await inside.close();
  }
}
