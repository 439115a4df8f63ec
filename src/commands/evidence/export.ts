import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { exportEvidence } from '#usecases/evidence/export-evidence.ts';

/** `heddle evidence export` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const out = input.text('out') ?? '';
  const file = await context.newFile(out);
  const workspace = { ...(await context.workspace()), progress: talk };
  const { bytes, result } = await exportEvidence(workspace, await context.evidence(), {
    of: input.optionalArgument('STATE|THREAD|RANGE'),
    contents: input.flag('content') ? 'included' : 'left-out',
  });
  await file.write(bytes);
  return {
    kind: 'evidence-export',
    result: { ...result, file: context.resolvePath(out) },
    exit: result.ok ? 0 : 1,
  };
}
