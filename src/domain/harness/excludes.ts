/** The name that a file of settings is ignored by, from the root of a work tree. */
export const SETTINGS_PATTERN = '/.claude/settings.local.json';

/** Git's list of ignored files with a pattern at its end; null where it has it already. */
export function addExclude(text: string | null, pattern: string): string | null {
  if (linesOf(text ?? '').includes(pattern)) return null;
  const before = text === null || text === '' || text.endsWith('\n') ? (text ?? '') : `${text}\n`;
  return `${before}${pattern}\n`;
}

/** The same list without it, all else as it is. */
export function removeExclude(text: string, pattern: string): string {
  return text
    .split(/(?<=\n)/)
    .filter((line) => line.trimEnd() !== pattern)
    .join('');
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').map((line) => line.trimEnd());
}
