import type { Terminal } from '#cli/terminal-text.ts';
import { countText, titled, type TextOf } from '#cli/text/shared-lines.ts';
import type { PurgeResult } from '#domain/results/removal-results.ts';
import { blockingLines, destroyedLines, listedLines, stubbornLines } from './residue-lines.ts';
import { isInGit, rewriteOutcome, rewritePreview } from './rewrite-text.ts';

const UNROTATED =
  'nobody said that this credential was rotated: rotating it ends the leak, destroying copies does not';

/** Text of `purge`. */
export const purgeText: TextOf<PurgeResult> = (result, terminal) => {
  const { tombstone, outcome, states, destroyed, residue } = result;
  const unrotated = result.reasonCode === 'credential' && result.rotatedAt === null;
  const warning = unrotated ? [`${terminal.paint('warn', '!')} ${UNROTATED}`] : [];
  const id = terminal.id(tombstone);
  if (outcome === null) {
    return [
      ...warning,
      `what ${id} hides, of ${countText(states.length, 'state')}, stands in ${countText(residue.length, 'place')}`,
      ...titled('a purge destroys it in:', listedLines(residue, terminal)),
      ...titled('a purge does not touch:', blockingLines(residue, terminal)),
      ...rewritePreview(result, terminal),
      'nothing was changed: this was a dry run',
    ];
  }
  const done = outcome === 'complete' ? completeText(id, terminal) : incompleteText(result, terminal);
  return [
    ...warning,
    done,
    ...destroyedLines(destroyed, terminal),
    ...rewriteOutcome(result, terminal),
    ...remainingLines(result, terminal),
  ];
};

function completeText(id: string, terminal: Terminal): string {
  const word = terminal.paint('good', 'purged');
  return `${word}: nothing that ${id} hid is left in this clone, and a signed receipt says so`;
}

function incompleteText({ tombstone, residue }: PurgeResult, terminal: Terminal): string {
  const word = terminal.paint('bad', 'incomplete');
  const left = residue.filter(({ place }) => place !== 'quarantine' && place !== 'similar');
  return `${word}: what ${terminal.id(tombstone)} hides still stands in ${countText(left.length, 'place')}`;
}

function remainingLines(result: PurgeResult, terminal: Terminal): readonly string[] {
  const { outcome, residue, tombstone } = result;
  if (outcome === 'complete') {
    return [
      ...titled('worth a look:', blockingLines(residue, terminal)),
      'of other clones, hosts and backups nothing is known here:',
      `  heddle tombstone show ${terminal.id(tombstone)}  lists the clones that confirmed`,
    ];
  }
  return [
    ...stubbornLines(residue, terminal),
    ...blockingLines(residue, terminal),
    'next:',
    `  heddle purge ${terminal.id(tombstone)}  again, when these places are clear`,
    ...(isInGit(result)
      ? [
          `  heddle purge ${terminal.id(tombstone)} --rewrite-git --dry-run  see what rewriting Git's history would change`,
        ]
      : []),
  ];
}
