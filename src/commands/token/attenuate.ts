import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { attenuateToken } from '#usecases/tokens/attenuate-token.ts';
import { readGivenCredential } from '#usecases/tokens/given-credential.ts';
import { presetNarrowing } from '#usecases/tokens/preset-narrowing.ts';
import { credentialChannel } from './credential-channel.ts';

/** `heddle token attenuate` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const file = input.text('out');
  const from = input.text('from');
  const channel = await credentialChannel(input, context, 'token attenuate');
  const workspace = await context.findWorkspace();
  const narrowing = await presetNarrowing(workspace, {
    preset: input.text('preset'),
    operations: input.operations('allow'),
    resources: input.list('resource'),
    life: input.duration('ttl'),
    budget: input.budget('budget'),
    onlyProviders: input.list('only-provider'),
    onlyModels: input.list('only-model'),
    depth: input.integer('depth'),
  });
  const machine = await context.machine();
  const given = input.flag('stdin') ? { given: await readGivenCredential(machine, context) } : {};
  const { result, credential } = await attenuateToken(machine, workspace, {
    ...narrowing,
    ...given,
    ...(channel === undefined ? {} : { channel }),
    agent: input.text('agent') ?? '',
    provider: input.text('provider'),
    model: input.text('model'),
    from: from === null ? null : context.resolvePath(from),
    file: file === null ? null : context.resolvePath(file),
  });
  const printed = input.flag('stdout') ? credential : null;
  return {
    kind: 'token-attenuate',
    result: { ...result, descriptor: input.integer('fd'), credential: printed },
  };
}
