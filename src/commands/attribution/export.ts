import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { ATTRIBUTION_FORMATS } from '#domain/attribution/claim.ts';
import { usageError } from '#domain/usage-error.ts';
import { exportAttribution } from '#usecases/attribution/export-attribution.ts';
import { writeNotes } from '#usecases/attribution/notes/write-notes.ts';
import { parseRange } from './range-argument.ts';

const VERB = 'attribution export';
const NOTES_REF = 'refs/notes/ai';
const NOTES_FLAG = { flag: '--write-notes' };

/** `heddle attribution export` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const format = ATTRIBUTION_FORMATS.find((one) => one === input.text('format')) ?? 'git-ai';
  const write = input.flag('write-notes');
  const [ref, force] = [input.text('notes-ref'), input.flag('force')];
  if (write && format !== 'git-ai')
    throw usageError(VERB, 'notes in Git are for --format git-ai', NOTES_FLAG);
  if (!write && (force || ref !== null))
    throw usageError(VERB, '--notes-ref and --force are for --write-notes', NOTES_FLAG);
  const workspace = { ...(await context.workspace()), progress: talk };
  const options = {
    ...parseRange(input.optionalArgument('REV|RANGE') ?? 'HEAD'),
    exactOnly: input.flag('exact-only'),
    sha256: await context.sha256(),
  };
  const done = write
    ? await writeNotes(workspace, { ...options, ref: ref ?? NOTES_REF, force })
    : { result: await exportAttribution(workspace, { ...options, format }), operation: null, notes: [] };
  const { result, operation } = done;
  const left = result.skipped.map(
    ({ commit, path, why }) => `${path} of ${commit.slice(0, 11)} is left out: ${why}`,
  );
  return { kind: 'attribution-export', result: { ...result, operation }, notes: [...done.notes, ...left] };
}
