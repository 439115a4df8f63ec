import { KEY_FILE_TYPES } from '#domain/secrets/suspect-words.ts';

/** How each file that heddle keeps a private key in ends: canonical JSON, so that nothing of it is spelt otherwise. */
const END = new RegExp(String.raw`"type":"(?:${KEY_FILE_TYPES.join('|')})","v":[0-9]+\}\s{0,2}$`);
/** Longer than the end of any of them. */
const END_LENGTH = 60;

/**
 * Where a file that heddle itself made has private keys that no passphrase protects: credentials, the keys of a
 * principal, the key of a clone. A home directory can be a work tree. Only whole files are known, so that a page can
 * show one. Gives offsets of start and end.
 */
export function findOwnSecrets(text: string): readonly (readonly [number, number])[] {
  if (!text.startsWith('{"') || !END.test(text.slice(-END_LENGTH))) return [];
  return [...text.matchAll(/"(?:cloneSecret|secrets?)":"([\w-]{43}|[\w-]{86})"/g)].map(
    ({ index, 0: whole, 1: value = '' }) => {
      const end = index + whole.length - 1;
      return [end - value.length, end];
    },
  );
}
