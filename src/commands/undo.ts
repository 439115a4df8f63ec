import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { usageError } from '#domain/usage-error.ts';
import { undo } from '#usecases/undo/undo.ts';
import { required } from '#usecases/transaction/mutate.ts';
import { listUndo } from '#usecases/undo/list-undo.ts';
import { previewUndo } from '#usecases/undo/preview-undo.ts';

/** `heddle undo` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const name = input.optionalArgument('OPERATION');
  const limit = input.integer('limit');
  if (input.flag('list') && name !== null)
    throw usageError('undo', '--list is about all operations: leave OPERATION out');
  if (!input.flag('list') && limit !== null) throw usageError('undo', '--limit is for --list');
  const workspace = await context.workspace();
  if (input.flag('list')) return { kind: 'undo-list', result: await listUndo(workspace, limit) };
  if (input.flag('preview'))
    return { kind: 'undo-preview', result: await previewUndo(workspace, 'undo', name) };
  const done = await undo(workspace, name);
  return { kind: 'undo', result: required(done), notes: done.notes };
}
