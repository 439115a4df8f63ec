import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { isClientHook, readsInput } from '#domain/hooks/hook-name.ts';
import { runHook } from '#usecases/hooks/run-hook.ts';
import { refuseHeddleRefs } from '#usecases/hooks/ref-hook.ts';

/** Git hands one line for each ref. */
const MOST_INPUT = 64 * 1024 * 1024;

/** `heddle hook run` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const hook = input.argument('HOOK');
  if (!isClientHook(hook)) {
    const { runServerHook } = await import('./server/run-server-hook.ts');
    return runServerHook(input, context);
  }
  const text = readsInput(hook) ? await readLines(context) : '';
  const index = context.variables['GIT_INDEX_FILE'];
  const indexFile = index === undefined || index === '' ? null : context.resolvePath(index);
  try {
    const workspace = await context.workspace();
    const done = await runHook(workspace, { hook, args: input.rest(), text, indexFile });
    const silent = done.result.refused === null && done.notes.length === 0;
    return { kind: 'hook-run', aside: true, silent, ...done };
  } catch (error) {
    // Whatever is wrong with the repository, this is what is refused.
    if (hook === 'reference-transaction' && !isAnswer(error)) refuseHeddleRefs(text);
    throw error;
  }
}

/** What the hook itself refused, knowing where refs are. */
function isAnswer(error: unknown): boolean {
  return error instanceof HeddleError && ['DENIED', 'REF_NOT_LOGGED'].includes(error.code);
}

async function readLines(context: Context): Promise<string> {
  const text = decodeUtf8(await context.readInput('-', MOST_INPUT));
  if (text !== undefined) return text;
  throw new HeddleError('HOOK_INPUT_INVALID', 'this is not what git hands to a hook', {
    preserved: 'no ref was moved',
  });
}
