import type {
  AttributionExportResult,
  AttributionImportResult,
} from '#domain/results/attribution-results.ts';
import type { Terminal } from '#cli/terminal-text.ts';
import { countText, type TextOf } from '#cli/text/shared-lines.ts';

/**
 * Text of `attribution export`: the records alone, for other programs. A note of git-ai's for each commit of a range has
 * a line above it that says which; no path there looks like it, since one with a space is quoted.
 */
export const attributionExportText: TextOf<AttributionExportResult> = (
  { format, since, records, notes },
  terminal,
) => {
  if (notes !== null) return notesLines(notes, terminal);
  return records.flatMap(({ commit, content }) => [
    ...(format === 'git-ai' && since !== null ? [`commit ${terminal.safe(commit)}`] : []),
    ...(content ?? '').split('\n').map((line) => terminal.safe(line)),
  ]);
};

function notesLines(
  { ref, written, kept }: NonNullable<AttributionExportResult['notes']>,
  terminal: Terminal,
): readonly string[] {
  const wrote = written.length === 0 ? 'nothing new' : `wrote ${countText(written.length, 'note')}`;
  return [
    `${wrote} in ${terminal.safe(ref)}`,
    ...kept.map(
      (commit) =>
        `${terminal.paint('warn', '!')} ${terminal.safe(commit.slice(0, 11))}: it has another note, which stays`,
    ),
  ];
}

/** Text of `attribution import`. */
export const attributionImportText: TextOf<AttributionImportResult> = ({ commits, skipped }, terminal) => {
  const lines = commits.reduce((sum, commit) => sum + commit.lines, 0);
  const files = commits.reduce((sum, commit) => sum + commit.files, 0);
  return [
    commits.length === 0
      ? 'nothing new to import'
      : `imported claims on ${countText(lines, 'line')} in ${countText(files, 'file')} of ${countText(commits.length, 'record')}`,
    ...skipped.map(({ commit, why }) => {
      const what = commit === null ? 'a record' : terminal.safe(commit.slice(0, 11));
      return `${terminal.paint('warn', '!')} ${what}: ${terminal.safe(why)}`;
    }),
  ];
};
