import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { usageError } from '#domain/usage-error.ts';
import { who } from '#usecases/blame/who.ts';

/** `main..topic`; what has a slash beside its dots is a path. */
const RANGE = /^(.*?[^/.])\.\.([^/.].*)?$/;

/** `heddle who` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const asked = input.optionalArgument('PATH|RANGE');
  const range = asked === null ? null : RANGE.exec(asked);
  const at = input.text('at');
  if (range !== null && at !== null) throw usageError('who', 'a range says where it ends: leave --at out');
  const workspace = { ...(await context.workspace()), progress: talk };
  const result = await who(workspace, {
    paths: asked === null || range !== null ? [] : [await context.pathFromRoot(asked)],
    at: range === null ? at : (range[2] ?? 'HEAD'),
    since: range?.[1] ?? null,
  });
  return { kind: 'who', result };
}
