const PLAIN_WORD = /^[\w@%+=:,./-]+$/;

/** A command line that a POSIX shell reads back as the same arguments. Not escaped for terminals. */
export function shellLine(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}

/** One word of such a line: names of threads, refs and files may hold anything. */
export function shellWord(word: string): string {
  return PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Advice, and the command that follows it: as a sentence, and as a program takes it. */
export function withCommand(
  advice: string,
  command: readonly string[],
): { readonly advice: string; readonly command: readonly string[] } {
  return { advice: `${advice}${commandEnding(command)}`, command };
}

/** How advice ends that names its command. */
export function commandEnding(command: readonly string[]): string {
  return ` with \`${shellLine(command)}\``;
}
