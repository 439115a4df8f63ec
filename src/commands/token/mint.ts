import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { mintToken } from '#usecases/tokens/mint-token.ts';
import { presetNarrowing } from '#usecases/tokens/preset-narrowing.ts';
import { credentialChannel } from './credential-channel.ts';

/** `heddle token mint` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const file = input.text('out');
  const channel = await credentialChannel(input, context, 'token mint');
  const workspace = await context.findWorkspace();
  const narrowing = await presetNarrowing(workspace, {
    preset: input.text('preset'),
    operations: input.operations('allow'),
    resources: input.list('resource'),
    life: input.duration('ttl'),
    budget: input.budget('budget'),
    onlyProviders: input.list('provider'),
    onlyModels: input.list('model'),
    depth: input.integer('depth'),
  });
  const { result, notes, credential } = await mintToken(await context.machine(), workspace, {
    ...narrowing,
    ...(channel === undefined ? {} : { channel }),
    file: file === null ? null : context.resolvePath(file),
  });
  const printed = input.flag('stdout') ? credential : null;
  return {
    kind: 'token-mint',
    result: { ...result, descriptor: input.integer('fd'), credential: printed },
    notes,
  };
}
