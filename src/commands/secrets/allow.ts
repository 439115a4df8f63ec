import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { usageError } from '#domain/usage-error.ts';
import { allowSecrets } from '#usecases/secrets/allow-secrets.ts';
import { refuseAgain } from '#usecases/secrets/refuse-again.ts';

/** `heddle secrets allow` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const [until, reason] = [input.instant('until'), input.reason('reason')];
  if (reason === null) throw usageError('secrets allow', 'it needs a --reason');
  const workspace = await context.workspace();
  const paths = await Promise.all(input.words().map((path) => context.pathFromRoot(path)));
  const said = { paths, rule: input.text('rule'), reason };
  const { result, operation, notes } =
    until === null ? await refuseAgain(workspace, said) : await allowSecrets(workspace, { ...said, until });
  return { kind: 'secrets-allow', result: { ...result, operation }, notes };
}
