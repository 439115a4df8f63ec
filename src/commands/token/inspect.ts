import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { usageError } from '#domain/usage-error.ts';
import { tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import { withLeft } from '#usecases/budgets/budgets-left.ts';
import { diffTokens, inspectToken } from '#usecases/tokens/inspect-token.ts';
import { readOfferedToken } from '#usecases/tokens/offered-token.ts';

/** `heddle token inspect` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const machine = await context.machine();
  const [path, parentPath] = [tokenPath(input), input.text('diff')];
  if (path === '-' && parentPath === '-')
    throw usageError('token inspect', 'only one token comes over standard input');
  const token = await readOfferedToken(machine, context, path);
  const parent = parentPath === null ? null : await readOfferedToken(machine, context, parentPath);
  const workspace = await context.findWorkspace();
  const authority = workspace === null ? undefined : await tryLoadAuthority(workspace);
  const result = await inspectToken(machine, token, authority?.view ?? null);
  const diff = parent === null ? null : diffTokens(machine, { parent, child: token });
  const effective = await withLeft(result.effective, workspace, authority?.view ?? null);
  return { kind: 'token-inspect', result: { ...result, effective, diff } };
}

/** Null for the caller's own. */
function tokenPath(input: CommandInput): string | null {
  const flagged = input.flag('stdin') ? '-' : input.text('token-file');
  const named = input.optionalArgument('TOKEN');
  if (named !== null && flagged !== null) throw usageError('token inspect', 'the token is named twice');
  return named ?? flagged;
}
