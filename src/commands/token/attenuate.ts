import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { attenuateToken } from '#usecases/tokens/attenuate-token.ts';
import { presetNarrowing } from '#usecases/tokens/preset-narrowing.ts';

/** `heddle token attenuate` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const file = input.text('out');
  const from = input.text('from');
  const workspace = await context.findWorkspace();
  const narrowing = await presetNarrowing(workspace, {
    preset: input.text('preset'),
    operations: input.operations('allow'),
    resources: input.list('resource'),
    life: input.duration('ttl'),
  });
  const { result, credential } = await attenuateToken(await context.machine(), workspace, {
    ...narrowing,
    agent: input.text('agent') ?? '',
    provider: input.text('provider'),
    model: input.text('model'),
    depth: input.integer('depth'),
    from: from === null ? null : context.resolvePath(from),
    file: file === null ? null : context.resolvePath(file),
  });
  return {
    kind: 'token-attenuate',
    result: { ...result, credential: input.flag('stdout') ? credential : null },
  };
}
