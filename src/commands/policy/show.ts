import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { policiesBelow, showPolicy } from '#usecases/policy/show-policy.ts';

/** More are a list for `policy log`. */
const MOST_NAMED = 10;

/** `heddle policy show` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const workspace = await context.workspace();
  const result = await showPolicy(workspace, input.optionalArgument('RESOURCE'));
  const below = await policiesBelow(workspace, result.resource);
  return { kind: 'policy-show', result, notes: noteOf(below) };
}

function noteOf(below: readonly string[]): readonly string[] {
  if (below.length === 0) return [];
  const others = below.length - MOST_NAMED;
  const named = [...below.slice(0, MOST_NAMED), ...(others > 0 ? [`${others} other places`] : [])].join(', ');
  return [`more is asked at ${named}; see it with \`heddle policy show RESOURCE\``];
}
