import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { blame } from '#usecases/blame/blame.ts';
import { parseLineRange } from './line-range.ts';

/** Both asked for: each line with all of its headers has what the other has. */
const STYLES = ['line-porcelain', 'porcelain'] as const;

/** `heddle blame` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const lines = input.text('lines');
  const workspace = await context.workspace();
  const style = STYLES.find((name) => input.flag(name));
  const result = await blame(workspace, {
    path: await context.pathFromRoot(input.argument('PATH')),
    at: input.text('at'),
    lines: lines === null ? null : parseLineRange(lines),
    ignoreWhitespace: input.flag('ignore-whitespace'),
    claims: input.flag('imports'),
    tells: input.json || style !== undefined ? 'everything' : 'makers',
  });
  return { kind: 'blame', result, ...(style === undefined ? {} : { style }) };
}
