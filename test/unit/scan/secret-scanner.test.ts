import { describe, expect, it } from 'vitest';
import { openSecretScanner } from '#scan/secret-scanner.ts';
import { githubToken, secretShapes } from '../../support/secrets/secret-shapes.ts';

const scanner = openSecretScanner();

describe('the scanner', () => {
  it.each(secretShapes().map((shape) => [`${shape.rule} in ${shape.name}`, shape] as const))(
    'knows the shape of %s, and where it stands',
    (_, { rule, name, text }) => {
      const found = scanner.scan(text, name).filter((hit) => hit.rule === rule);
      expect(found).toHaveLength(1);
      expect(found[0]?.line).toBe(1);
      expect(text).toContain(found[0]?.value);
    },
  );

  it('knows the files in which heddle itself keeps private keys', () => {
    const key = (length: number, letter: string): string => letter.repeat(length);
    const files = [
      `{"holder":"${'0'.repeat(64)}","secret":"${key(43, 'a')}","token":"Ev-_","type":"credential","v":1}\n`,
      `{"protection":null,"root":"00","secrets":"${key(86, 'b')}","type":"keys","v":1}`,
      `{"cloneSecret":"${key(43, 'c')}","key":"00","secret":"${key(43, 'd')}","type":"replica","v":1}`,
    ];
    const found = files.map((text) => scanner.scan(text, '.local/share/heddle/x.json'));
    expect(found.map((hits) => hits.map(({ value }) => value))).toEqual([
      [key(43, 'a')],
      [key(86, 'b')],
      [key(43, 'c'), key(43, 'd')],
    ]);
    expect(found.flat().map(({ rule, line }) => [rule, line])).toEqual(found.flat().map(() => ['heddle', 1]));
  });

  it('lets a page show such a file, and takes keys behind a passphrase for none', () => {
    const keys = `{"protection":null,"root":"00","secrets":"${'b'.repeat(86)}","type":"keys","v":1}\n`;
    expect(scanner.scan(`An example:\n${keys}`, 'FORMATS.md')).toEqual([]);
    const locked = `{"protection":{},"root":"00","secrets":"${'b'.repeat(108)}","type":"keys","v":1}\n`;
    expect(scanner.scan(locked, 'keys.json')).toEqual([]);
  });

  it('knows nothing in plain code', () => {
    expect(scanner.scan('export const key = readKey("name");\n'.repeat(1000), 'a.ts')).toEqual([]);
  });

  it('tells the line of each of several', () => {
    const text = `one\r\n${githubToken(1)}\n\n  token: ${githubToken(2)} ${githubToken(3)}\n`;
    expect(scanner.scan(text, 'a.yaml').map(({ line, value }) => [line, value])).toEqual([
      [2, githubToken(1)],
      [4, githubToken(2)],
      [4, githubToken(3)],
    ]);
  });

  it('is not switched off by a comment in the file', () => {
    const off = ['secretlint', 'disable'].join('-');
    const text = `# ${off}\n${githubToken()} # ${off}-line\n`;
    expect(scanner.scan(text, 'a.yaml')).toHaveLength(1);
  });

  it('reads no file, whatever a content is called', () => {
    expect(scanner.scan('', '/etc/ssl/private/key.p12')).toEqual([]);
    expect(scanner.scan(githubToken(), 'package.p12')).toHaveLength(1);
  });

  it('does not take longer for what was made to take long', () => {
    const texts = [
      'https://'.repeat(100_000),
      `xoxb-${'a-'.repeat(200_000)}`,
      'postgresql://a:'.repeat(50_000),
      `${'-----BEGIN '}${'PRIVATE '}KEY-----${'A'.repeat(9000)}\n`.repeat(100),
      'a'.repeat(1_000_000),
    ];
    for (const text of texts) expect(scanner.scan(text, 'a.txt').length).toBeLessThan(1000);
  });
});
