import type { AttributionExportResult } from '#domain/results/attribution-results.ts';
import type { TextOf } from '#cli/text/shared-lines.ts';

/**
 * Text of `attribution export`: the records alone, for other programs. A note of git-ai's for each commit of a range has
 * a line above it that says which; no path there looks like it, since one with a space is quoted.
 */
export const attributionExportText: TextOf<AttributionExportResult> = (
  { format, since, records },
  terminal,
) =>
  records.flatMap(({ commit, content }) => [
    ...(format === 'git-ai' && since !== null ? [`commit ${terminal.safe(commit)}`] : []),
    ...content.split('\n').map((line) => terminal.safe(line)),
  ]);
