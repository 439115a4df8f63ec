/** The note of what was allowed for one moment, below the common directory. */
export const PASS_NAME = 'heddle/hook-pass';

/** A word of the shell that stands for itself. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
