import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { LARGEST_EVIDENCE } from '#domain/evidence/evidence-codec.ts';
import { pinnedGenesis } from '#commands/remote/pinned-genesis.ts';
import { verifyEvidence } from '#usecases/evidence/verify-evidence.ts';

/** `heddle evidence verify` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const pinned = pinnedGenesis(input);
  const bytes = await context.readInput(input.argument('FILE'), LARGEST_EVIDENCE);
  const parts = await context.evidence();
  const nowhere = { ...parts.nowhere, progress: talk };
  const result = await verifyEvidence({ ...parts, nowhere }, bytes, pinned);
  return { kind: 'evidence-verify', result, exit: result.ok ? 0 : 1 };
}
