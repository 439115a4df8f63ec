import type { CommandInput } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { usageError } from '#domain/usage-error.ts';

const STDOUT = 1;
const FIRST_DESCRIPTOR = 3;

type Channel = Awaited<ReturnType<Context['secretChannel']>>;

/**
 * Where a new credential goes that is written to no file: opened before anything is made, as with `--ephemeral` a
 * place that would keep it is refused. Undefined without `--fd`. Throws `USAGE`.
 */
export async function credentialChannel(
  input: CommandInput,
  context: Context,
  verb: string,
): Promise<Channel | undefined> {
  const descriptor = input.integer('fd');
  const ephemeral = input.flag('ephemeral');
  if (ephemeral && input.text('out') !== null)
    throw usageError(verb, '--ephemeral and --out exclude each other');
  if (ephemeral && input.flag('stdout')) await context.secretChannel(STDOUT);
  if (descriptor === null) return undefined;
  if (descriptor < FIRST_DESCRIPTOR) throw usageError(verb, '--fd is 3 or more');
  return context.secretChannel(descriptor);
}
