import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { parseId } from '#domain/id.ts';
import { LARGEST_EVIDENCE } from '#domain/evidence/evidence-codec.ts';
import { verifyEvidence } from '#usecases/evidence/verify-evidence.ts';

/** `heddle evidence verify` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const genesis = input.text('genesis');
  const pinned = genesis === null ? null : parseId('hg', genesis);
  const bytes = await context.readInput(input.argument('FILE'), LARGEST_EVIDENCE);
  const parts = await context.evidence();
  const nowhere = { ...parts.nowhere, progress: talk };
  const result = await verifyEvidence({ ...parts, nowhere }, bytes, pinned);
  return { kind: 'evidence-verify', result, exit: result.ok ? 0 : 1 };
}
