import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { mintToken } from '#usecases/tokens/mint-token.ts';

/** `heddle token mint` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const result = await mintToken(await context.machine(), await context.findWorkspace(), {
    operations: input.operations('allow'),
    resources: input.list('resource'),
    life: input.duration('ttl'),
    file: context.resolvePath(input.text('out') ?? ''),
  });
  return { kind: 'token-mint', result };
}
