import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SecretProbe } from '#git/find/secret-probe.ts';
import { secretNeedles } from '../../../support/byte-scanner/needles.ts';
import { fc } from '../../../support/seed.ts';

const SECRET = 'live/KEY+9f3c "äöü" 77ab41';
const probe = new SecretProbe(Buffer.from(SECRET));
const formsIn = (text: string | Buffer): readonly string[] => [...probe.search(Buffer.from(text))];

describe('a search for a secret', () => {
  it.each<[string, string | Buffer, string]>([
    ['as it is', `mail=${SECRET};`, 'plain'],
    ['in base64', Buffer.from(`user:${SECRET}`).toString('base64'), 'base64'],
    ['in base64 one byte further', Buffer.from(`xuser:${SECRET}`).toString('base64'), 'base64'],
    ['in base64 two bytes further', Buffer.from(`xyuser:${SECRET}!`).toString('base64url'), 'base64'],
    ['in hex', Buffer.from(SECRET).toString('hex'), 'hex'],
    ['in large hex', Buffer.from(SECRET).toString('hex').toUpperCase(), 'hex'],
    ['in a URL', `https://host.example/?key=${encodeURIComponent(SECRET)}`, 'url'],
    ['in a form', new URLSearchParams({ key: SECRET }).toString(), 'url'],
    ['in UTF-16', Buffer.from(`x${SECRET}`, 'utf16le'), 'utf-16'],
    ['in JSON', JSON.stringify({ key: SECRET }), 'json'],
    ['in JSON in JSON', JSON.stringify({ body: JSON.stringify({ key: SECRET }) }), 'json'],
    ['over two lines', `${SECRET.slice(0, 12)}\r\n  ${SECRET.slice(12)}`, 'split'],
    ['in a source text', `"${SECRET.slice(0, 9)}" +\n  "${SECRET.slice(9)}"`, 'split'],
    [
      'in base64 by mail',
      Buffer.from(SECRET)
        .toString('base64')
        .replaceAll(/(.{8})/g, '$1\n'),
      'split',
    ],
  ])('finds it %s', (_what, text, form) => {
    expect(formsIn(text)).toContain(form);
  });

  it('finds nothing in what only begins like it, ends like it, or is compressed', () => {
    for (const text of [SECRET.slice(1), SECRET.slice(0, -1), deflateSync(SECRET), '']) {
      expect(formsIn(text)).toEqual([]);
    }
  });

  it('finds it wherever a stream is cut, in every encoding', () => {
    const needles = secretNeedles('it', SECRET);
    fc.assert(
      fc.property(
        fc.constantFrom(...needles),
        fc.uint8Array({ maxLength: 40 }),
        fc.array(fc.nat(200), { maxLength: 8 }),
        ({ bytes }, before, cuts) => {
          const whole = Buffer.concat([before, bytes, Buffer.from('end')]);
          const stream = probe.stream();
          const at = [0, ...cuts.map((cut) => cut % whole.length).toSorted((a, b) => a - b), whole.length];
          for (let index = 1; index < at.length; index += 1) {
            stream.push(whole.subarray(at[index - 1], at[index]));
          }
          return stream.end().size > 0;
        },
      ),
    );
  });

  it('shows no text that it stands in', () => {
    expect(probe.mask(`src/${SECRET}.env`)).toBe('src/[secret].env');
    const encoded = Buffer.from(SECRET).toString('base64');
    expect(probe.mask(`refs/heads/${encoded.replace(/=+$/, '')}`)).toContain('[secret]');
    expect(probe.mask(`${SECRET.slice(0, 9)}\n${SECRET.slice(9)}`)).toBe('[secret]');
    expect(probe.mask('src/app.ts')).toBe('src/app.ts');
    const escaped = `a/${encodeURIComponent(SECRET)}\n`;
    expect(probe.maskPath(Buffer.from(escaped))).toBe('a/[secret]%0A');
  });
});
