import type { CommandInput, CommandOutcome, Talk } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { ATTRIBUTION_FORMATS } from '#domain/attribution/claim.ts';
import { exportAttribution } from '#usecases/attribution/export-attribution.ts';
import { parseRange } from './range-argument.ts';

/** `heddle attribution export` */
export async function run(input: CommandInput, context: Context, talk: Talk): Promise<CommandOutcome> {
  const workspace = { ...(await context.workspace()), progress: talk };
  const result = await exportAttribution(workspace, {
    ...parseRange(input.optionalArgument('REV|RANGE') ?? 'HEAD'),
    format: ATTRIBUTION_FORMATS.find((format) => format === input.text('format')) ?? 'git-ai',
    exactOnly: input.flag('exact-only'),
    sha256: await context.sha256(),
  });
  const notes = result.skipped.map(
    ({ commit, path, why }) => `${path} of ${commit.slice(0, 11)} is left out: ${why}`,
  );
  return { kind: 'attribution-export', result, notes };
}
