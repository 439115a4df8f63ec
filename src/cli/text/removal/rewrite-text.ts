import type { PurgeResult, RewriteResult } from '#domain/results/removal-results.ts';
import { columns, type Terminal } from '#cli/terminal-text.ts';
import { countText } from '#cli/text/shared-lines.ts';

/** What `--rewrite-git` would change. */
export function rewritePreview({ rewritten }: PurgeResult, terminal: Terminal): readonly string[] {
  if (rewritten === null) return [];
  if (rewritten.commits === 0) return ["no commit of Git's own history holds it"];
  return [
    `--rewrite-git would give ${countText(rewritten.commits, 'commit')} another id, and move:`,
    ...movedLines(rewritten, terminal),
    ...maskedLines(rewritten, terminal),
    ...unsignedLines(rewritten, terminal),
  ];
}

/** What it changed, and who has to know. */
export function rewriteOutcome({ tombstone, rewritten }: PurgeResult, terminal: Terminal): readonly string[] {
  if (rewritten === null || rewritten.commits === 0) return [];
  return [
    "moved, with what follows from it for Git's own history:",
    ...movedLines(rewritten, terminal),
    ...maskedLines(rewritten, terminal),
    ...unsignedLines(rewritten, terminal),
    'old branches must not be pushed or merged any more, here or elsewhere; a push of the new ones has to be forced:',
    ...columns([
      [
        `  heddle purge ${terminal.id(tombstone)} --yes --kit FILE`,
        'write down what each colleague and each host has to do',
      ],
      [`  heddle verify --clean-of ${terminal.id(tombstone)}`, 'see in any clone whether it is clean'],
    ]),
  ];
}

/** Whether a branch or another ref of Git's own keeps a purge from being complete. */
export function isInGit({ residue }: PurgeResult): boolean {
  return residue.some(({ place, owner }) => place === 'ref' && owner === 'git');
}

function movedLines(
  { refs, worktrees, stashes, notes }: RewriteResult,
  terminal: Terminal,
): readonly string[] {
  const more = [
    ...(stashes === 0 ? [] : [countText(stashes, 'stash', 'stashes')]),
    ...(notes === 0 ? [] : [`${countText(notes, 'note')} on commits`]),
  ];
  return [
    ...refs.map((ref) => `  ${terminal.safe(ref)}`),
    ...more.map((line) => `  ${line}`),
    ...worktrees.map(({ directory, ref }) => {
      const what = ref === null ? 'its HEAD' : terminal.safe(ref);
      return `  ${what} is checked out in ${terminal.safe(directory)}; changed files there stay`;
    }),
  ];
}

function maskedLines(
  { masked: { paths, files, messages } }: RewriteResult,
  terminal: Terminal,
): readonly string[] {
  const rows = [
    ...(files === 0 ? [] : [`other versions of files that hold it get masks, ${files} in all, at`]),
    ...paths.map((path) => `  ${terminal.safe(path)}`),
    ...(messages === 0 ? [] : [`${countText(messages, 'message')} of commits and tags that quote it, too`]),
  ];
  return rows.map((row) => `  ${row}`);
}

function unsignedLines(
  { signedCommits, unsigned, signedTags }: RewriteResult,
  terminal: Terminal,
): readonly string[] {
  const others = unsigned - signedCommits.length;
  const rows = [
    ...signedCommits.map(
      ({ commit, subject }) => `    commit ${commit.slice(0, 11)}  ${terminal.safe(subject)}`,
    ),
    ...(others > 0 ? [`    and ${countText(others, 'commit')} more`] : []),
    ...signedTags.map((tag) => `    ${terminal.safe(tag)}`),
  ];
  if (rows.length === 0) return [];
  return [`${terminal.paint('warn', '!')} signatures that are lost:`, ...rows];
}
