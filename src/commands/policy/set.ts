import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { usageError } from '#domain/usage-error.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { readPolicyRules } from './policy-input.ts';

/** `heddle policy set` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const rules = readPolicyRules(input);
  if (Object.keys(rules).length === 0) throw usageError('policy set', 'policy set needs a rule to set');
  const { result, operation, notes } = await setPolicy(await context.workspace(), {
    resource: input.optionalArgument('RESOURCE'),
    rules,
    reason: input.reason('reason'),
    dryRun: input.flag('dry-run'),
  });
  return { kind: 'policy-set', result: { ...result, operation }, notes };
}
