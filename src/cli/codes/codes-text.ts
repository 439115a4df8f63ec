import { shellLine } from '#domain/encoding/shell-line.ts';
import { columns } from '#cli/terminal-text.ts';
import type { CodeEntry } from './code-entries.ts';

/** Lines of help on codes: one explained, or a list of many. */
export function codesText(entries: readonly CodeEntry[]): readonly string[] {
  const [only] = entries;
  return entries.length === 1 && only !== undefined ? explained(only) : listed(entries);
}

function explained(entry: CodeEntry): readonly string[] {
  const { code, meaning, stage, exit, cause, helps, command } = entry;
  return [
    `${code}: ${meaning}`,
    '',
    ...columns([
      ...(stage === null ? [] : [['  gate', stage]]),
      ['  exit', String(exit)],
      ['  cause', cause],
      ['  helps', helps],
      ...(command === null ? [] : [['  command', shellLine(command)]]),
    ]),
  ];
}

function listed(entries: readonly CodeEntry[]): readonly string[] {
  return [
    ...columns(
      entries.map(({ code, stage, exit, meaning }) => [`  ${stage ?? String(exit)}`, code, meaning]),
    ),
    '',
    'see `heddle help CODE` for the usual cause of one and what helps',
  ];
}
