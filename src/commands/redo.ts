import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { required } from '#usecases/transaction/mutate.ts';
import { previewUndo } from '#usecases/undo/preview-undo.ts';
import { redo } from '#usecases/undo/redo/redo.ts';

/** `heddle redo` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const workspace = await context.workspace();
  const name = input.optionalArgument('OPERATION');
  if (input.flag('preview'))
    return { kind: 'undo-preview', result: await previewUndo(workspace, 'redo', name) };
  const done = await redo(workspace, name);
  return { kind: 'redo', result: required(done), notes: done.notes };
}
