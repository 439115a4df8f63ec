import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { cleanUpKit } from '#domain/removal/clean-up-kit.ts';
import { tellCopies } from '#usecases/incident/copies.ts';
import { takeStep } from '#usecases/incident/take-step.ts';
import { refusedIncident } from '#usecases/incident/record-event.ts';

type Workspace = Awaited<ReturnType<Context['workspace']>>;

/** `heddle incident propagate`: what is left to do elsewhere, the page that says so, or that it was done. */
export async function propagate(
  input: CommandInput,
  context: Context,
  workspace: Workspace,
): Promise<CommandOutcome> {
  const wanted = input.text('kit');
  const file = wanted === null ? null : await context.newFile(wanted);
  const { told, copies, kit } = await tellCopies(workspace, input.text('of'));
  if (file !== null && kit === null) throw refusedIncident('nothing was redacted since it was opened');
  if (input.flag('done')) {
    const { result, notes } = await takeStep(workspace, { act: 'propagate' });
    if (kit !== null) await file?.write(utf8(cleanUpKit(kit)));
    return { kind: 'incident', result: { ...result, copies }, notes };
  }
  if (kit !== null) await file?.write(utf8(cleanUpKit(kit)));
  return { kind: 'incident', result: { ...told, found: null, copies, operation: null } };
}
