import { formatAgentTrace } from '#domain/attribution/agent-trace.ts';
import type { AttributedCommit } from '#domain/attribution/attributed-commit.ts';
import type { AttributionFormat } from '#domain/attribution/claim.ts';
import { formatGitAiNote, type Sha256 } from '#domain/attribution/git-ai-note.ts';
import { countLines } from '#domain/attribution/line-spans.ts';
import type { AttributionExportResult, ExportedRecord } from '#domain/results/attribution-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { readTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { CommitAttribution } from './attribute-commits.ts';
import { commitsOf, resolveRange, type RangeNames } from './commit-range.ts';

export interface ExportOptions extends RangeNames {
  readonly format: AttributionFormat;
  readonly exactOnly: boolean;
  readonly sha256: Sha256;
}

/**
 * Writes down in another tool's format whose the lines are that commits brought in. What no state has with a valid
 * signature is left out: it is for the reader to call that unknown. Throws `NOT_FOUND`, `USAGE`, `FORMAT_INVALID`.
 */
export async function exportAttribution(
  workspace: Workspace,
  options: ExportOptions,
): Promise<Omit<AttributionExportResult, 'operation'>> {
  const { view } = await knowAuthority(workspace);
  const ground = { view, tombstones: await readTombstones(workspace, view) };
  const range = await resolveRange(workspace, 'attribution export', options);
  const { format, exactOnly } = options;
  const tracer = await workspace.lineTracers.open();
  try {
    const attribution = new CommitAttribution(workspace, tracer, { ground, format, exactOnly });
    const records: ExportedRecord[] = [];
    const commits = await commitsOf(tracer, range);
    for (const [index, commit] of commits.entries()) {
      workspace.progress.step('commits', index, commits.length);
      const attributed = await attribution.of(commit);
      if (attributed.files.length > 0) records.push(recordOf(workspace, attributed, options));
    }
    const skipped = attribution.leftOut.map((left) => ({ ...left }));
    return { format, ...range, records, skipped, notes: null };
  } finally {
    await tracer.close();
  }
}

function recordOf(
  { hasher }: Workspace,
  attributed: AttributedCommit,
  { format, sha256 }: ExportOptions,
): ExportedRecord {
  const parts = attributed.files.flatMap((file) => file.parts);
  const count = (of: typeof parts): number => of.reduce((sum, { lines }) => sum + countLines(lines), 0);
  return {
    commit: attributed.commit,
    files: attributed.files.length,
    lines: count(parts),
    inferred: count(parts.filter(({ exact }) => !exact)),
    content: format === 'git-ai' ? formatGitAiNote(attributed, sha256) : formatAgentTrace(attributed, hasher),
  };
}
