import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { ATTRIBUTION_FORMATS } from '#domain/attribution/claim.ts';
import { usageError } from '#domain/usage-error.ts';
import { importAttribution } from '#usecases/attribution/import-attribution.ts';
import { parseRange } from './range-argument.ts';

const LARGEST_INPUT = 32 * 1024 * 1024;
const NOTES_REF = 'refs/notes/ai';

/** `heddle attribution import` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const format = ATTRIBUTION_FORMATS.find((one) => one === input.text('format')) ?? 'git-ai';
  const from = input.text('from');
  if (format === 'agent-trace' && from === null) {
    throw usageError('attribution import', 'agent-trace is read from a file: name it with --from', {
      flag: '--from',
    });
  }
  const range = input.optionalArgument('REV|RANGE');
  const { result, operation, notes } = await importAttribution(await context.workspace(), {
    format,
    range: range === null ? null : parseRange(range),
    bytes: from === null ? null : await context.readInput(from, LARGEST_INPUT),
    ref: input.text('notes-ref') ?? NOTES_REF,
  });
  return { kind: 'attribution-import', result: { ...result, operation }, notes };
}
