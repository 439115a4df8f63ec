import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { HeddleError } from '#domain/error.ts';
import { attenuateToken } from '#usecases/tokens/attenuate-token.ts';
import { readGivenCredential } from '#usecases/tokens/given-credential.ts';
import { presetNarrowing } from '#usecases/tokens/preset-narrowing.ts';

const STDOUT = 1;
const FIRST_DESCRIPTOR = 3;

/** `heddle token attenuate` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const file = input.text('out');
  const from = input.text('from');
  const channel = await channelOf(input, context);
  const workspace = await context.findWorkspace();
  const narrowing = await presetNarrowing(workspace, {
    preset: input.text('preset'),
    operations: input.operations('allow'),
    resources: input.list('resource'),
    life: input.duration('ttl'),
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
    depth: input.integer('depth'),
    from: from === null ? null : context.resolvePath(from),
    file: file === null ? null : context.resolvePath(file),
  });
  const printed = input.flag('stdout') ? credential : null;
  return {
    kind: 'token-attenuate',
    result: { ...result, descriptor: input.integer('fd'), credential: printed },
  };
}

type Channel = Awaited<ReturnType<Context['secretChannel']>>;

/** Before anything is made: where the credential goes takes it, and with `--ephemeral` keeps nothing of it. */
async function channelOf(input: CommandInput, context: Context): Promise<Channel | undefined> {
  const descriptor = input.integer('fd');
  const ephemeral = input.flag('ephemeral');
  if (ephemeral && input.text('out') !== null) throw usage('--ephemeral and --out exclude each other');
  if (ephemeral && input.flag('stdout')) await context.secretChannel(STDOUT);
  if (descriptor === null) return undefined;
  if (descriptor < FIRST_DESCRIPTOR) throw usage('--fd is 3 or more');
  return context.secretChannel(descriptor);
}

function usage(message: string): HeddleError {
  const facts = { help: 'token attenuate' };
  return new HeddleError('USAGE', message, { facts, preserved: 'no token was made' });
}
