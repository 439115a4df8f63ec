import { colleagueSteps } from '#domain/removal/clean-up-kit.ts';
import type { CleanOfResult } from '#domain/results/removal-results.ts';
import { columns } from '#cli/terminal-text.ts';
import { blockingLines, listedLines } from './residue-lines.ts';
import { countText, type TextOf } from '#cli/text/shared-lines.ts';

const BY = {
  content: 'compared with the content itself, which this clone still knows',
  digest: "compared by this clone's own digests, which know whole contents alone",
  secret: 'looked for the secret that was given',
} as const;

/** Text of `verify --clean-of`. */
export const cleanOfText: TextOf<CleanOfResult> = (result, terminal) => {
  const { tombstone, verdict, by, places, notSearched } = result;
  const id = terminal.id(tombstone);
  const told = [
    ...(by === null ? [] : [BY[by]]),
    ...notSearched.map((clause) => `not looked into: ${terminal.safe(clause)}`),
  ];
  switch (verdict) {
    case 'clean':
      return [`${terminal.paint('good', 'clean')}: what ${id} removed does not stand in this clone`, ...told];
    case 'holds':
      return [
        `${terminal.paint('bad', 'holds')}: what ${id} removed stands here in ${countText(places.length, 'place')}`,
        ...listedLines(places, terminal),
        ...blockingLines(places, terminal),
        ...told,
        'next:',
        ...columns(colleagueSteps([id], true).map(([command, why]) => [`  ${command}`, why])),
      ];
    case 'unknown':
      return [
        `${terminal.paint('warn', 'cannot tell')}: nothing in this clone says what ${id} removed, and nothing that travels does`,
        ...told,
        'next:',
        `  heddle verify --clean-of ${id} --secret -  look for what you type or pipe in`,
      ];
  }
};
