/** A fenced block, with the comment on the line before it. */
export interface CodeBlock {
  readonly language: string;
  readonly body: string;
  /** Inside of a comment `<!-- … -->` on the line before; empty where there is none. */
  readonly note: string;
}

/** Fenced blocks of a page, in order. */
export function codeBlocks(page: string): readonly CodeBlock[] {
  const fences = page.matchAll(/(?:<!-- ([^>]*?) -->\n)?^```([a-z]*)\n([\s\S]*?)^```$/gm);
  return [...fences].map(([, note = '', language = '', body = '']) => ({ language, body, note }));
}

/** The page without its fenced blocks. */
export function proseOf(page: string): string {
  return page.replaceAll(/^```[\s\S]*?^```$/gm, '');
}

/** What stands in `code spans` of the prose. */
export function codeSpans(page: string): readonly string[] {
  return [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
}

/** Targets of links into the project, without their anchors. */
export function relativeLinks(page: string): readonly string[] {
  const inline = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)];
  const references = [...proseOf(page).matchAll(/^\[[^\]]+\]: (\S+)$/gm)];
  return [...inline, ...references]
    .map(([, target = '']) => target.replace(/#.*/, ''))
    .filter((target) => target !== '' && !target.startsWith('https://'));
}

/** Commands of a shell script, a continued line joined. */
export function shellLines(script: string): readonly string[] {
  return script
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Words of a simple command: quotes are understood, expansions are not. */
export function shellWords(line: string): readonly string[] {
  return [...line.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g)].map(([word]) => word.replaceAll(/['"]/g, ''));
}

/** What the shell takes for itself: where an answer goes, and the end of a subshell. */
const SHELL = /^(?:>|\||\)$)/;

/** The command line of heddle in a line or code span, without what is the shell's; undefined for others. */
export function heddleCommand(line: string): readonly string[] | undefined {
  const all = shellWords(line);
  const end = all.findIndex((word) => SHELL.test(word));
  const words = end === -1 ? all : all.slice(0, end);
  const start = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
  const rest = words.slice(start === -1 ? words.length : start);
  const named = rest[0] === 'heddle' || (rest[0] === 'git' && rest[1] === 'heddle');
  return named ? rest : undefined;
}

/** Cells of every table row of a page. */
export function tableRows(page: string): readonly (readonly string[])[] {
  return [...proseOf(page).matchAll(/^\|(.+)\|$/gm)].map(([, row = '']) =>
    row.split('|').map((cell) => cell.trim()),
  );
}
