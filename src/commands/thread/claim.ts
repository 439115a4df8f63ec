import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { LONGEST_CLAIM_LIFE, USUAL_CLAIM_LIFE } from '#domain/claim/claim.ts';
import { usageError } from '#domain/usage-error.ts';
import { claimThread } from '#usecases/threads/claim/claim-thread.ts';

/** `heddle thread claim` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const life = input.duration('ttl') ?? USUAL_CLAIM_LIFE;
  if (life > LONGEST_CLAIM_LIFE) throw usageError('thread claim', '--ttl is at most 24h');
  const done = await claimThread(await context.workspace(), {
    thread: input.argument('THREAD'),
    life,
    binding: { pid: input.integer('pid'), run: context.run },
    wait: waitOf(input),
  });
  const { result, operation, notes } = done;
  return { kind: 'thread-claim', result: { ...result, operation }, notes };
}

/** Milliseconds; null for not at all. */
function waitOf(input: CommandInput): number | null {
  return input.text('wait') === '' ? Number.MAX_SAFE_INTEGER : input.duration('wait');
}
