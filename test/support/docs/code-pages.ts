import { denialEntries, errorEntries, type CodeEntry } from '#cli/codes/code-entries.ts';
import { GATES } from '#domain/decision/gate.ts';

const WIDTH = 118;
const MADE =
  'Made by `test/architecture/code-pages.test.ts` from the tables that the program uses; not to be edited.';

/** What docs/DENIALS.md has to be. */
export function denialsPage(): string {
  return page([
    '# Denials',
    ...wrapped(
      'A request that is denied changes nothing and ends with 77; the verb `can` asks beforehand and ends with 1. Each denial has a code, which `--json` and `heddle oplog --json` show and `help CODE` explains. The gates are asked in their order, and the first that refuses ends it; nothing later can undo that. A denial names all facts of its own: who asked through which agents, what was needed and held, which check failed, and the command that helps with those who may run it. The list is closed: codes are added, never taken away or given another meaning.',
    ),
    MADE,
    `The gates, in order: ${GATES.join(', ')}.`,
    ...GATES.flatMap((gate) => {
      const entries = denialEntries().filter(({ stage }) => stage === gate);
      return [`## Gate: ${gate}`, ...entries.flatMap(sectionOf)];
    }),
  ]);
}

/** What docs/ERRORS.md has to be. */
export function errorsPage(): string {
  const entries = errorEntries();
  return page([
    '# Errors',
    ...wrapped(
      'An error is what is no denial: it says what happened, what was left as it was, and a hint. Each has a code, which `--json` shows and `help CODE` explains, and ends with the exit code under which it stands here. Only 75 is worth running again unchanged. The list is closed: codes are added, never taken away or given another meaning. Denials have codes of their own, in [DENIALS.md](DENIALS.md).',
    ),
    MADE,
    ...[...new Set(entries.map(({ exit }) => exit))].flatMap((exit) => [
      `## Exit ${exit}`,
      ...entries.filter((entry) => entry.exit === exit).flatMap(sectionOf),
    ]),
  ]);
}

function page(blocks: readonly string[]): string {
  return `${blocks.join('\n\n')}\n`;
}

function sectionOf({ code, meaning, cause, helps, command }: CodeEntry): readonly string[] {
  const items = [
    `- **Usual cause**: ${cause}.`,
    `- **What helps**: ${helps}.`,
    ...(command === null ? [] : [`- **Command**: \`${command.join(' ')}\``]),
  ];
  return [
    `### ${code}`,
    ...wrapped(`${capitalised(meaning)}.`),
    items.flatMap((item) => wrapped(item, '  ')).join('\n'),
  ];
}

function capitalised(clause: string): string {
  return clause.slice(0, 1).toUpperCase() + clause.slice(1);
}

/** One text of lines that fit; what stands in backquotes is never broken. */
function wrapped(text: string, indent = ''): readonly string[] {
  const lines: string[] = [];
  for (const word of text.match(/(?:[^\s`]|`[^`]*`)+/g) ?? []) {
    const line = lines.at(-1);
    if (line === undefined) lines.push(word);
    else if (line.length + 1 + word.length <= WIDTH) lines.splice(-1, 1, `${line} ${word}`);
    else lines.push(indent + word);
  }
  return [lines.join('\n')];
}
