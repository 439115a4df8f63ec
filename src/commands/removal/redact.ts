import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { HeddleError } from '#domain/error.ts';
import { REASON_CODES } from '#domain/removal/tombstone.ts';
import type { Instant } from '#domain/time.ts';
import { redact } from '#usecases/removal/redact.ts';

/** Letters. A reason is public and stays: room for why, and little for what. */
const LONGEST_REASON = 1000;

/** `heddle redact` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const code = input.text('code');
  const workspace = { ...(await context.workspace()), progress: talk };
  const { result, operation, notes } = await redact(workspace, {
    path: await context.pathFromRoot(input.argument('PATH')),
    state: input.text('state'),
    all: input.flag('all'),
    reason: reasonOf(input),
    // A tombstone is signed: it says nothing that nobody said.
    reasonCode: REASON_CODES.find((known) => known === code) ?? 'other',
    rotatedAt: rotatedAt(input, workspace.clock.now()),
    dryRun: input.flag('dry-run'),
  });
  return { kind: 'redact', result: { ...result, operation }, notes };
}

function reasonOf(input: CommandInput): string {
  const reason = (input.text('reason') ?? '').trim();
  if (reason === '') throw usage('--reason is empty');
  if (Array.from(reason).length <= LONGEST_REASON) return reason;
  throw usage(`--reason is longer than ${LONGEST_REASON} letters`);
}

/** What was not done yet is no reason to be less alarmed. */
function rotatedAt(input: CommandInput, now: Instant): Instant | null {
  const at = input.instant('rotated-at');
  if (at !== null && at > now) throw usage('--rotated-at has not come yet');
  return at;
}

function usage(message: string): HeddleError {
  return new HeddleError('USAGE', message, { facts: { help: 'redact' }, preserved: 'nothing was changed' });
}
