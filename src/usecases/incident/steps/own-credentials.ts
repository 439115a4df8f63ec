import { shellWord } from '#domain/encoding/shell-line.ts';
import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { formatBase64Url, parseBase64Url } from '#domain/encoding/base64url.ts';
import { HeddleError } from '#domain/error.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';

/** Letters of 32 bytes, as a file of a credential has its key, and of the two keys of a principal. */
const KEY_LETTERS = [43, 86];
const KEY_BYTES = 32;
/** A token is longer than any key. */
const SHORTEST_TOKEN = 100;
/** Words that are looked at; more of them are no credential. */
const MOST_WORDS = 64;

/**
 * Whose token or key of this very repository a leaked text holds, and the command that ends it; clauses. Nothing that is
 * told is secret. What is of another repository, or encrypted, is not known.
 */
export function ownCredentials(
  { tokens, signerOf }: Pick<Workspace, 'tokens' | 'signerOf'>,
  view: AuthorityView,
  leaked: Uint8Array,
): readonly string[] {
  const roots = rootKeys(view);
  const found = wordsOf(leaked).flatMap((word): readonly string[] => {
    const bytes = parseBase64Url(word) ?? new Uint8Array();
    if (KEY_LETTERS.includes(word.length)) return keyClauses(signerOf, view, bytes);
    if (word.length < SHORTEST_TOKEN) return [];
    const presented = tokens.read(bytes, roots);
    if (presented.kind !== 'chain') return [];
    const { principal, session } = presented.chain.authority;
    return [`it holds a token of ${principal}: end it with \`heddle token revoke --session ${session}\``];
  });
  return [...new Set(found)];
}

function wordsOf(leaked: Uint8Array): readonly string[] {
  const text = Buffer.from(leaked).toString('latin1');
  const words = text.match(/[\w-]{43,}/g) ?? [];
  return words.slice(0, MOST_WORDS).filter((word) => formatBase64Url(parseBase64Url(word) ?? NONE) === word);
}

const NONE = new Uint8Array();

function keyClauses(
  signerOf: Workspace['signerOf'],
  { principals }: AuthorityView,
  bytes: Uint8Array,
): readonly string[] {
  const secrets = [bytes.subarray(0, KEY_BYTES), bytes.subarray(KEY_BYTES)];
  return principals
    .filter(({ keys }) =>
      secrets.some(
        (secret) => belongs(signerOf, secret, keys.root) || belongs(signerOf, secret, keys.record),
      ),
    )
    .map(
      ({ principal }) =>
        `it holds a key of ${principal}: they run \`heddle key rotate\`, or an owner \`heddle key revoke ${shellWord(principal)}\``,
    );
}

function belongs(signerOf: Workspace['signerOf'], secret: Uint8Array, publicKey: PublicKeyHex): boolean {
  if (secret.length !== KEY_BYTES) return false;
  try {
    return signerOf({ publicKey, secret }).publicKey === publicKey;
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'KEY_REJECTED') return false;
    throw error;
  }
}
