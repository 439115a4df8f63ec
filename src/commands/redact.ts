import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { HeddleError } from '#domain/error.ts';
import { REASON_CODES } from '#domain/removal/tombstone.ts';
import { redact } from '#usecases/removal/redact.ts';

/** Letters. A reason is public and stays: room for why, and little for what. */
const LONGEST_REASON = 1000;

/** `heddle redact` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const code = input.text('code');
  const { result, operation, notes } = await redact(await context.workspace(), {
    path: await context.pathFromRoot(input.argument('PATH')),
    state: input.text('state'),
    all: input.flag('all'),
    reason: reasonOf(input),
    // A tombstone is signed: it says nothing that nobody said.
    reasonCode: REASON_CODES.find((known) => known === code) ?? 'other',
    rotatedAt: input.instant('rotated-at'),
    dryRun: input.flag('dry-run'),
    progress: talk,
  });
  return { kind: 'redact', result: { ...result, operation }, notes };
}

function reasonOf(input: CommandInput): string {
  const reason = (input.text('reason') ?? '').trim();
  if (reason !== '' && Array.from(reason).length <= LONGEST_REASON) return reason;
  const problem = reason === '' ? 'is empty' : `is longer than ${LONGEST_REASON} letters`;
  throw new HeddleError('USAGE', `--reason ${problem}`, {
    facts: { help: 'redact' },
    preserved: 'nothing was changed',
  });
}
