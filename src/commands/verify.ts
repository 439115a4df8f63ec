import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import type { CleanOfResult } from '#domain/results/removal-results.ts';
import { usageError } from '#domain/usage-error.ts';
import { verify } from '#usecases/verify/verify.ts';

const EXITS: Readonly<Record<CleanOfResult['verdict'], number>> = { clean: 0, holds: 1, unknown: 78 };
const OF_RANGE = ['format', 'genesis', 'onto', 'unattributed'] as const;
const STYLES = ['json', 'junit', 'sarif'] as const;

interface Given {
  readonly context: Context;
  readonly talk: Talk;
}

/** `heddle verify` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const range = input.optionalArgument('REV|RANGE');
  const tombstone = input.text('clean-of');
  if (range !== null) return ofRange(input, { range, context, talk });
  const stray = OF_RANGE.find((name) => input.text(name) !== null);
  if (stray !== undefined) throw usageError('verify', `--${stray} is for a range`, { flag: `--${stray}` });
  if (tombstone !== null) return cleanOf(input, { tombstone, context, talk });
  if (input.text('secret') !== null) {
    throw usageError('verify', '--secret is looked for with --clean-of', { flag: '--secret' });
  }
  const result = await verify(await context.workspace(), { all: input.flag('all') });
  return { kind: 'verify', result, exit: result.ok ? 0 : 1 };
}

async function ofRange(
  input: CommandInput,
  { range, context, talk }: Given & { readonly range: string },
): Promise<CommandOutcome> {
  const stray = ['all', 'clean-of', 'secret'].find((name) =>
    name === 'all' ? input.flag(name) : input.text(name) !== null,
  );
  if (stray !== undefined)
    throw usageError('verify', `--${stray} is not for a range`, { flag: `--${stray}` });
  const format = input.text('format');
  if (input.json && format !== null && format !== 'json') {
    throw usageError('verify', `--json prints no ${format}`, { flag: '--format' });
  }
  const { verifyRange } = await import('#usecases/verify/range/verify-range.ts');
  const { parseAskedRange } = await import('#usecases/verify/range/range-commits.ts');
  const workspace = { ...(await context.workspace()), progress: talk };
  const result = await verifyRange(workspace, {
    range: parseAskedRange(range),
    genesis: input.text('genesis'),
    onto: input.text('onto'),
    unattributed: UNATTRIBUTED.find((level) => level === input.text('unattributed')) ?? null,
  });
  const style = STYLES.find((one) => one === format);
  const exit = result.ok ? 0 : 1;
  const notes = result.pinned ? [] : [unpinned(result.genesis)];
  return { kind: 'verify-range', result, exit, notes, ...(style === undefined ? {} : { style }) };
}

const UNATTRIBUTED = ['error', 'warning'] as const;

function unpinned(genesis: string): string {
  return `the authority chain is believed because it was fetched; --genesis ${genesis} would take no other`;
}

async function cleanOf(
  input: CommandInput,
  { tombstone, context, talk }: Given & { readonly tombstone: string },
): Promise<CommandOutcome> {
  const { verifyCleanOf } = await import('#usecases/removal/copies/clean-of.ts');
  const { LONGEST_SECRET } = await import('#usecases/removal/find/find-secret.ts');
  const file = input.text('secret');
  const workspace = { ...(await context.workspace()), progress: talk };
  const secret = file === null ? null : await context.readInput(file, LONGEST_SECRET);
  const result = await verifyCleanOf(workspace, { name: tombstone, secret });
  return { kind: 'clean-of', result, exit: EXITS[result.verdict] };
}
