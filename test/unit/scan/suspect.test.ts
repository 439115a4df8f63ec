import { creator, type Rule } from '@secretlint/secretlint-rule-preset-recommend';
import { describe, expect, it } from 'vitest';
import { openSecretScanner } from '#scan/secret-scanner.ts';
import { suspectsSecret } from '#scan/suspect.ts';
import { secretShapes } from '../../support/secrets/secret-shapes.ts';
import { fc } from '../../support/seed.ts';

const scanner = openSecretScanner();
const NAMES = ['a.ts', 'account.json', '.npmrc', 'package.json', null] as const;

/** What each rule looks for in a text, by asking the rules themselves. */
function patterns(): readonly (readonly [rule: string, pattern: RegExp])[] {
  const found = new Map<string, readonly [string, RegExp]>();
  const rules: Rule[] = [];
  creator.create({ sharedOptions: {}, registerRule: (rule) => void rules.push(rule) }, []);
  for (const rule of rules) {
    const context = {
      sharedOptions: {},
      createTranslator: () => () => ({}),
      ignore: () => undefined,
      report: () => undefined,
    };
    const content = {
      matchAll: (pattern: RegExp) => {
        found.set(`${rule.meta.id} ${pattern.source}`, [rule.meta.id.replace(/.*rule-/, ''), pattern]);
        return [];
      },
    };
    for (const filePath of ['a.ts', '.npmrc', 'package.json']) {
      const source = { content: content as unknown as string, filePath, ext: '' } as const;
      rule.create(context, {}).file?.({ ...source, contentType: 'text', hasBOM: false });
    }
  }
  return [...found.values()].filter(([rule]) => rule !== 'filter-comments');
}

/** Texts that a pattern matches, but for what it wants around a match. */
function matching({ source, flags }: RegExp): fc.Arbitrary<string> {
  const bare = source
    .replaceAll(/\(\?<?![^)]*\)/g, '')
    .replaceAll(String.raw`\b`, '')
    .replaceAll(/\{(\d+),\d{3,}\}/g, (_, least: string) => `{${least},${Number(least) + 20}}`);
  return fc.stringMatching(new RegExp(`^(?:${bare})$`, flags.replaceAll(/[gmi]/g, '')));
}

const inside = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(fc.string(), fc.constantFrom('', ' ', '\n', '"'), text, fc.constantFrom('', ' ', '\n', '"'))
    .map((parts) => parts.join(''));

describe('what is suspected before the rules are loaded', () => {
  it('is whatever a rule finds something in', () => {
    for (const { text, name } of [...secretShapes(), ...secretShapes(7)]) {
      expect(scanner.scan(text, name).length).toBeGreaterThan(0);
      expect(suspectsSecret(text, name), name).toBe(true);
      const around = `${'const one = 1;\n'.repeat(50)}${text}\n`;
      if (scanner.scan(around, name).length > 0) expect(suspectsSecret(around, name)).toBe(true);
    }
  });

  it.each(patterns())('is whatever matches a pattern of the rule %s: %s', (rule, pattern) => {
    let matches = 0;
    fc.assert(
      fc.property(inside(matching(pattern)), fc.constantFrom(...NAMES), (text, name) => {
        const isMatch = text.match(pattern) !== null;
        if (isMatch) matches += 1;
        // The address of a database is a secret where somebody is named in it.
        const isSuspect = isMatch && rule !== 'database-connection-string';
        if (isSuspect || scanner.scan(text, name).length > 0) expect(suspectsSecret(text, name)).toBe(true);
      }),
      { numRuns: 60 },
    );
    expect(matches).toBeGreaterThan(0);
  });

  it('is an address in letters of any case, and a key whose name is spelt otherwise', () => {
    const address = ['HTTPS://Hooks.SLACK.com', 'Services', 'T0', 'B0', 'x'].join('/');
    expect(scanner.scan(address, 'a.ts')).toHaveLength(1);
    expect(suspectsSecret(address, 'a.ts')).toBe(true);
    const { text = '', name = '' } = secretShapes().find(({ rule }) => rule === 'gcp') ?? {};
    const escaped = text
      .replaceAll('private_key', String.raw`privat\u0065_key`)
      .replaceAll('-', String.raw`\u002d`);
    expect(scanner.scan(escaped, name)).toHaveLength(1);
    expect(suspectsSecret(escaped, name)).toBe(true);
  });

  it('is a file in which heddle itself keeps a private key', () => {
    const text = `{"holder":"00","secret":"${'a'.repeat(43)}","token":"Ev-_","type":"credential","v":1}\n`;
    expect(scanner.scan(text, 'x.hcred')).toHaveLength(1);
    expect(suspectsSecret(text, 'x.hcred')).toBe(true);
  });

  it('is no plain code', () => {
    const code = 'export const key = readKey("name", { from: "https://example.org/", task: "a-b" });\n';
    for (const name of NAMES) expect(suspectsSecret(code.repeat(100), name)).toBe(false);
  });
});
