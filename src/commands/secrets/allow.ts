import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { usageError } from '#domain/usage-error.ts';
import { allowSecrets } from '#usecases/secrets/allow-secrets.ts';

/** `heddle secrets allow` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const [until, reason] = [input.instant('until'), input.reason('reason')];
  if (until === null || reason === null) throw usageError('secrets allow', 'it needs --until and --reason');
  const workspace = await context.workspace();
  const { result, operation, notes } = await allowSecrets(workspace, {
    paths: await Promise.all(input.words().map((path) => context.pathFromRoot(path))),
    rule: input.text('rule'),
    until,
    reason,
  });
  return { kind: 'secrets-allow', result: { ...result, operation }, notes };
}
