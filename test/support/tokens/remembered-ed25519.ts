import { rawEd25519, signerOf as realSignerOf, verifySignature as verifyReally } from '#crypto/ed25519.ts';
import { formatHex } from '#domain/encoding/bytes.ts';
import type { HolderKey, RawEd25519, Signer, VerifySignature } from '#ports/keys.ts';

/** Far more than one test asks. */
const MOST_ANSWERS = 20_000;

/**
 * The real Ed25519, of which each answer is worked out once in a process. A third of what tests in memory cost was the
 * same few signatures again. All of it is a pure function, and making a key is not remembered.
 */
export const rememberedEd25519: RawEd25519 = {
  ...rawEd25519,
  signRaw: remember(rawEd25519.signRaw, (secret, message) => `${formatHex(secret)} ${formatHex(message)}`),
  verifyRaw: remember(
    rawEd25519.verifyRaw,
    (key, message, signature) => `${key} ${formatHex(signature)} ${formatHex(message)}`,
  ),
};

/** The same of signatures of records. */
export const verifySignature: VerifySignature = remember(
  verifyReally,
  (kind, hash, signature, key) => `${kind} ${key} ${formatHex(signature)} ${formatHex(hash)}`,
);

/** The same of signers, each of which imports its key. */
export const signerOf: (holder: HolderKey) => Signer = remember(
  realSignerOf,
  ({ secret, publicKey }) => `${formatHex(secret)} ${publicKey}`,
);

function remember<Question extends readonly unknown[], Answer>(
  ask: (...question: Question) => Answer,
  keyOf: (...question: Question) => string,
): (...question: Question) => Answer {
  const answers = new Map<string, Answer>();
  return (...question) => {
    const key = keyOf(...question);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = ask(...question);
    if (answers.size >= MOST_ANSWERS) answers.clear();
    answers.set(key, answer);
    return answer;
  };
}
