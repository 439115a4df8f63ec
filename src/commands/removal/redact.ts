import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { REASON_CODES } from '#domain/removal/tombstone.ts';
import type { Instant } from '#domain/time.ts';
import { usageError } from '#domain/usage-error.ts';
import { redact } from '#usecases/removal/redact.ts';

/** `heddle redact` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const code = input.text('code');
  const workspace = { ...(await context.workspace()), progress: talk };
  const { result, operation, notes } = await redact(workspace, {
    path: await context.pathFromRoot(input.argument('PATH')),
    state: input.text('state'),
    all: input.flag('all'),
    reason: input.reason('reason') ?? '',
    // A tombstone is signed: it says nothing that nobody said.
    reasonCode: REASON_CODES.find((known) => known === code) ?? 'other',
    rotatedAt: rotatedAt(input, workspace.clock.now()),
    dryRun: input.flag('dry-run'),
  });
  return { kind: 'redact', result: { ...result, operation }, notes };
}

/** What was not done yet is no reason to be less alarmed. */
function rotatedAt(input: CommandInput, now: Instant): Instant | null {
  const at = input.instant('rotated-at');
  if (at !== null && at > now) throw usageError('redact', '--rotated-at has not come yet');
  return at;
}
