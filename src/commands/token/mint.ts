import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { mintToken } from '#usecases/tokens/mint-token.ts';
import { presetNarrowing } from '#usecases/tokens/preset-narrowing.ts';

/** `heddle token mint` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const workspace = await context.findWorkspace();
  const narrowing = await presetNarrowing(workspace, {
    preset: input.text('preset'),
    operations: input.operations('allow'),
    resources: input.list('resource'),
    life: input.duration('ttl'),
  });
  const file = context.resolvePath(input.text('out') ?? '');
  const { result, notes } = await mintToken(await context.machine(), workspace, { ...narrowing, file });
  return { kind: 'token-mint', result, notes };
}
