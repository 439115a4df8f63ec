import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { usageError } from '#domain/usage-error.ts';
import { blame, type BlameOptions } from '#usecases/blame/blame.ts';

/** `heddle blame` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const workspace = await context.workspace();
  const result = await blame(workspace, {
    path: await context.pathFromRoot(input.argument('PATH')),
    at: input.text('at'),
    lines: linesOf(input.text('lines')),
    ignoreWhitespace: input.flag('ignore-whitespace'),
    claims: input.flag('claims'),
  });
  return { kind: 'blame', result, ...(input.flag('porcelain') ? { style: 'porcelain' as const } : {}) };
}

const RANGE = /^([1-9]\d{0,8})(?:,(\+)?([1-9]\d{0,8}))?$/;

/** `10`, `10,20` or `10,+5`. */
function linesOf(text: string | null): BlameOptions['lines'] {
  if (text === null) return null;
  const [whole, from, plus, to] = RANGE.exec(text) ?? [];
  const first = Number(from);
  const last = to === undefined ? first : plus === undefined ? Number(to) : first + Number(to) - 1;
  if (whole !== undefined && last >= first) return { first, last };
  throw usageError('blame', '--lines takes FIRST,LAST or FIRST,+COUNT', { flag: '--lines' });
}
