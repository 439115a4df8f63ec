import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_TABLE } from '#cli/error-table.ts';
import { parseAdvice } from '#cli/arguments/parse-arguments.ts';
import type { AuthorityBody } from '#domain/authority/authority.ts';
import { OPERATION_KINDS } from '#domain/operation/operation.ts';
import { REASON_CODES } from '#domain/removal/tombstone.ts';
import { DENIAL_CODES } from '#domain/decision/decision.ts';
import { GATES } from '#domain/decision/gate.ts';
import { ROLES } from '#domain/authority/role.ts';
import {
  codeBlocks,
  codeSpans,
  heddleCommand,
  proseOf,
  relativeLinks,
  shellLines,
  tableRows,
} from '../support/docs/markdown.ts';

const ROOT = join(import.meta.dirname, '../..');

function markdownIn(folder: string): readonly string[] {
  const names = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.md'));
  return names.map((name) => join(folder, name));
}

const PAGES = new Map(
  ['.', 'docs'].flatMap(markdownIn).map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
);
const page = (path: string): string => PAGES.get(path) ?? '';
const README = page('README.md');
const AUTHORITY_KINDS: readonly AuthorityBody['kind'][] = [
  'genesis',
  'key',
  'grant',
  'replica',
  'revoke',
  'freeze',
  'unfreeze',
  'policy',
  'merge',
];

function quoted(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}

function commandsOf(text: string): readonly (readonly string[])[] {
  const scripts = codeBlocks(text).filter(({ language }) => language === 'sh');
  const lines = [...scripts.flatMap(({ body }) => shellLines(body)), ...codeSpans(text)];
  return lines.flatMap((line) => {
    const command = heddleCommand(line);
    return command === undefined || command.length === 1 ? [] : [command];
  });
}

describe('a page of the documentation', () => {
  it('is seen by these tests', () => {
    const names = ['README', 'ARCHITECTURE', 'CONTRIBUTING', 'GLOSSARY', 'SECURITY', 'CHANGELOG'];
    const wanted = [...names.map((name) => `${name}.md`), 'docs/FORMATS.md', 'docs/CONTROLS.md'];
    expect([...PAGES.keys()]).toEqual(expect.arrayContaining(wanted));
  });

  it('advises only what the parser of heddle understands', () => {
    const commands = [...PAGES.values()].flatMap(commandsOf);
    expect(commands.length).toBeGreaterThan(20);
    for (const command of commands) {
      expect(() => parseAdvice(command), command.join(' ')).not.toThrow();
    }
  });

  it('would be refused for a verb that does not exist', () => {
    const command = heddleCommand('HEDDLE_HOME=x heddle frobnicate --all') ?? [];
    expect(command).toEqual(['heddle', 'frobnicate', '--all']);
    expect(() => parseAdvice(command)).toThrow();
  });

  it.each([...PAGES.keys()])('%s links only to files that exist', (path) => {
    for (const target of relativeLinks(page(path))) {
      expect(existsSync(join(ROOT, dirname(path), target)), target).toBe(true);
    }
  });

  it.each([...PAGES.keys()])('%s has no line longer than 120 characters in its prose', (path) => {
    const long = proseOf(page(path))
      .split('\n')
      .filter((line) => line.length > 120 && !line.startsWith('|'));
    expect(long).toEqual([]);
  });
});

describe('README.md', () => {
  it('lists every variable that the program reads, and no other', () => {
    const sources = ['environment.ts', 'directories.ts'];
    const code = sources.map((name) => readFileSync(join(ROOT, 'src/platform', name), 'utf8')).join('\n');
    const read = new Set(code.match(/HEDDLE_[A-Z_]+/g));
    const listed = new Set(README.match(/HEDDLE_[A-Z_]+/g));
    expect([...listed].toSorted()).toEqual([...read].toSorted());
    expect(read.size).toBeGreaterThan(10);
  });

  it('lists every exit code of the error table', () => {
    const codes = new Set([0, 1, 70, ...Object.values(ERROR_TABLE).map(({ exit }) => exit)]);
    const listed = tableRows(README).flatMap(([code = '']) => (/^\d+$/.test(code) ? [Number(code)] : []));
    expect(listed).toEqual([...codes].toSorted((a, b) => a - b));
  });

  it('says which exit code may be retried', () => {
    const retry = tableRows(README).filter(([code = '', , again]) => /^\d+$/.test(code) && again === 'yes');
    expect(retry.map(([code]) => code)).toEqual(['75']);
  });
});

describe('ARCHITECTURE.md', () => {
  it('names only files and folders that exist', () => {
    const spans = codeSpans(page('ARCHITECTURE.md')).filter((span) =>
      /^[a-z-]+(\/[a-z-]+)*(\/|\/[a-z-]+\.ts)?$/.test(span),
    );
    const named = spans.filter((span) => span.includes('/'));
    expect(named.length).toBeGreaterThan(10);
    for (const path of named) expect(existsSync(join(ROOT, 'src', path)), path).toBe(true);
  });

  it('lists every folder of src', () => {
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    const tree = codeBlocks(page('ARCHITECTURE.md'))[0]?.body ?? '';
    expect(folders.length).toBeGreaterThan(8);
    for (const { name } of folders) expect(tree).toContain(`  ${name}/`);
  });
});

describe('GLOSSARY.md', () => {
  it('names roles and gates in their order', () => {
    const glossary = page('GLOSSARY.md');
    expect(glossary).toContain(`| role | ${ROLES.slice(0, -1).join(', ')} or ${ROLES.at(-1)}`);
    expect(glossary).toContain(GATES.join(', '));
  });

  it('has each term once', () => {
    const terms = tableRows(page('GLOSSARY.md').split('## Verbs in code', 1)[0] ?? '')
      .map(([term = '']) => term)
      .filter((term) => !/^-+$|^(term|verb)$/.test(term));
    expect(new Set(terms).size).toBe(terms.length);
    expect(terms.length).toBeGreaterThan(60);
  });
});

describe('docs/FORMATS.md', () => {
  const formats = page('docs/FORMATS.md');

  it('lists every kind of operation and of authority record', () => {
    expect(formats.replaceAll('\n', ' ')).toContain(`\`op\` is one of ${quoted(OPERATION_KINDS)}.`);
    const kinds = tableRows(formats.split('## Authority chain', 2)[1]?.split('### Genesis', 1)[0] ?? '');
    const named = kinds.flatMap(([kind = '']) => /^`([a-z]+)`$/.exec(kind)?.[1] ?? []);
    expect(named.filter((kind) => kind !== 'kind')).toEqual(AUTHORITY_KINDS);
  });

  it('lists every reason code of a tombstone', () => {
    expect(formats.replaceAll('\n', ' ')).toContain(`${quoted(REASON_CODES.slice(0, -1))} or \`other\``);
  });
});

describe('a denial code', () => {
  it('is never an error code too', () => {
    const errors = Object.keys(ERROR_TABLE);
    expect(DENIAL_CODES.filter((code) => errors.includes(code))).toEqual([]);
  });
});
