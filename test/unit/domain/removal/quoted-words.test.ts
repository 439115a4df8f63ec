import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { quotesContent } from '#domain/removal/quoted-words.ts';

const ENV = utf8('# settings of the mailer\nMAIL_KEY=sk-live-51Hx9zQ2v8\nMAIL_HOST=smtp.example.com\n');

describe('a public text', () => {
  it.each([
    ['the value', 'sk-live-51Hx9zQ2v8 leaked'],
    ['the value at the end of a sentence', 'somebody saw sk-live-51Hx9zQ2v8.'],
    ['the value in quotes', 'the key “sk-live-51Hx9zQ2v8” leaked'],
    ['the whole line', 'MAIL_KEY=sk-live-51Hx9zQ2v8'],
    ['the value behind a colon', 'key:sk-live-51Hx9zQ2v8'],
    ['the beginning of the value', 'the key sk-live-51Hx leaked'],
    ['a long word', 'the host smtp.example.com is in it'],
  ])('is seen to quote %s', (_, text) => {
    expect(quotesContent(text, [utf8('other'), ENV])).toBe(true);
  });

  it.each([
    ['a name of a setting', 'MAIL_KEY leaked'],
    ['words that any text has', 'the settings of the mailer were captured on 2026-11-21'],
    ['a value that is not in it', 'the key after sk-live-99Aa0bB1c2 leaked'],
    ['nothing', ''],
  ])('may say %s', (_, text) => {
    expect(quotesContent(text, [ENV])).toBe(false);
  });

  it('is seen to quote a password that is a plain word, where it is all there is', () => {
    expect(quotesContent('it is correcthorse, sorry', [utf8('correcthorse\n')])).toBe(true);
    expect(quotesContent('it is a password, sorry', [utf8('correcthorse\n')])).toBe(false);
  });

  it('is compared with bytes, whatever they are', () => {
    const binary = Uint8Array.of(0xff, 0x00, ...utf8('token-4f2a1b'), 0xfe);
    expect(quotesContent('token-4f2a1b', [binary])).toBe(true);
    expect(quotesContent('token-4f2a1c', [binary])).toBe(false);
  });
});
