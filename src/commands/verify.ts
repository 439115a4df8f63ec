import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import type { CleanOfResult } from '#domain/results/removal-results.ts';
import { usageError } from '#domain/usage-error.ts';
import { verify } from '#usecases/verify/verify.ts';

const EXITS: Readonly<Record<CleanOfResult['verdict'], number>> = { clean: 0, holds: 1, unknown: 78 };

/** `heddle verify` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const tombstone = input.text('clean-of');
  if (tombstone !== null) return cleanOf(input, { tombstone, context, talk });
  if (input.text('secret') !== null) {
    throw usageError('verify', '--secret is looked for with --clean-of', { flag: '--secret' });
  }
  const result = await verify(await context.workspace(), { all: input.flag('all') });
  return { kind: 'verify', result, exit: result.ok ? 0 : 1 };
}

async function cleanOf(
  input: CommandInput,
  {
    tombstone,
    context,
    talk,
  }: { readonly tombstone: string; readonly context: Context; readonly talk: Talk },
): Promise<CommandOutcome> {
  const { verifyCleanOf } = await import('#usecases/removal/copies/clean-of.ts');
  const { LONGEST_SECRET } = await import('#usecases/removal/find/find-secret.ts');
  const file = input.text('secret');
  const workspace = { ...(await context.workspace()), progress: talk };
  const secret = file === null ? null : await context.readInput(file, LONGEST_SECRET);
  const result = await verifyCleanOf(workspace, { name: tombstone, secret });
  return { kind: 'clean-of', result, exit: EXITS[result.verdict] };
}
