import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readPassphraseFile } from '#crypto/passphrase-file.ts';
import { makePrivateHome, refusalOf, type PrivateHome } from '../support/private-home.ts';

let home: PrivateHome;
let path: string;
beforeEach(() => {
  home = makePrivateHome();
  mkdirSync(home.data, { recursive: true });
  path = home.path('passphrase');
});
afterEach(() => home.remove());

it.each([
  ['secret words', 'secret words'],
  ['secret\n', 'secret'],
  ['secret\r\n', 'secret'],
  [' spaced \nsecond line\n', ' spaced '],
])('takes the first line of %j', async (content, expected) => {
  writeFileSync(path, content, { mode: 0o600 });
  expect(await readPassphraseFile(path)).toEqual({ kind: 'secret', value: Buffer.from(expected) });
});

it.each(['', '\n', '\nsecond'])('finds no passphrase in %j', async (content) => {
  writeFileSync(path, content, { mode: 0o600 });
  expect(await refusalOf(readPassphraseFile(path))).toMatchObject({ code: 'PASSPHRASE_MISSING' });
});

it('finds none in a file that is not there', async () => {
  expect(await refusalOf(readPassphraseFile(path))).toMatchObject({
    code: 'PASSPHRASE_MISSING',
    facts: { path },
  });
});

it('refuses a file that others may read, that is a link or too long', async () => {
  writeFileSync(path, 'secret', { mode: 0o644 });
  expect(await refusalOf(readPassphraseFile(path))).toMatchObject({ code: 'KEY_FILE_MODE' });
  symlinkSync(path, home.path('link'));
  expect(await refusalOf(readPassphraseFile(home.path('link')))).toMatchObject({ code: 'KEY_FILE_INVALID' });
  writeFileSync(home.path('long'), 'x'.repeat(1_025), { mode: 0o600 });
  expect(await refusalOf(readPassphraseFile(home.path('long')))).toMatchObject({ code: 'KEY_FILE_INVALID' });
});
