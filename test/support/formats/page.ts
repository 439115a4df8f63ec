import type { Example } from './example-text.ts';

const SECTION = /<!-- example: ([a-z-]+) -->\n([\s\S]*?)<!-- end -->/g;

/** Names of the page's examples in order, and what stands in each. */
export function readExamples(page: string): readonly { readonly name: string; readonly text: string }[] {
  return [...page.matchAll(SECTION)].map(([, name = '', text = '']) => ({ name, text }));
}

/** The page with every example as built; one that nobody built is left out, so that it shows. */
export function fillExamples(page: string, examples: ReadonlyMap<string, Example>): string {
  return page.replaceAll(SECTION, (_section, name: string) => {
    const lines = examples.get(name) ?? [];
    return `<!-- example: ${name} -->\n\n${lines
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim()}\n\n<!-- end -->`;
  });
}

/** The fenced blocks of an example's text. */
export function fencedBlocks(text: string): readonly { readonly language: string; readonly body: string }[] {
  return [...text.matchAll(/```([a-z]+)\n([\s\S]*?)\n```/g)].map(([, language = '', body = '']) => ({
    language,
    body,
  }));
}

/** The values of an example's table rows, by a part of the row's name; in order of the page. */
export function rowValues(text: string, name: string): readonly string[] {
  return [...text.matchAll(/^\| (.+) \| `([^`]+)` \|$/gm)].flatMap(([, row = '', value = '']) =>
    row.includes(name) ? [value] : [],
  );
}
