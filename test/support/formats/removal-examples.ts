import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { formatId, type AuthorityId, type Digest, type StateId } from '#domain/id.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import { textsDigest } from '#domain/state/texts.ts';
import { encodeTombstone, encodeTombstoneTexts, tombstoneId } from '#domain/removal/tombstone.ts';
import { at, hasher, KEYS, OWNER, salt } from './fixed-world.ts';
import { hashOf, hashRow, signatureRow, table, textBytes, type Example } from './example-text.ts';
import type { SealedChain } from './token-example.ts';

/** A declaration that covers a file and the texts of a state. */
export function tombstoneExample(options: {
  readonly repo: AuthorityId;
  readonly policy: AuthorityId;
  readonly file: Digest;
  readonly state: StateId;
  readonly chain: SealedChain;
}): Example {
  const texts = encodeTombstoneTexts({ salt: salt(7), paths: ['README.md'], reason: 'it held a token' });
  const bytes = encodeTombstone({
    repo: options.repo,
    covers: { files: [options.file], names: [], texts: [options.state] },
    spans: [],
    reasonCode: 'credential',
    template: 1,
    rotatedAt: at('09:25:00'),
    actor: { principal: OWNER, agent: null, provider: null, model: null, session: null, confidence: null },
    holder: KEYS.session.publicKey,
    chain: options.chain.digest,
    at: at('09:30:00'),
    policy: options.policy,
    texts: textsDigest(hasher, texts),
  });
  const hash = hashOf('tombstone', bytes);
  const id = tombstoneId(hasher, bytes);
  return [
    ...textBytes('The sidecar', texts),
    ...table([hashRow('texts', hashOf('texts', texts)), ['digest', textsDigest(hasher, texts)]]),
    ...textBytes('The declaration', bytes),
    ...table([
      hashRow('tombstone', hash),
      ['id', id],
      signatureRow('tombstone', KEYS.session.signer.sign('tombstone', hash)),
    ]),
    ...textBytes('What stands in the place of a sidecar that it covers', encodeRedactedTexts(id)),
  ];
}

/** A purged content, a purged name and a bucketed directory, as lists hold them. */
export function purgedListExample(): Example {
  const key = (n: number): string => formatId('ht', hashOf('directory', Uint8Array.of(n))).slice(3);
  const common = { kind: 'file', mode: '100644', id: key(1) };
  const entries = [
    { ...common, name: 'README.md', nameKey: key(2) },
    { ...common, nameId: key(3), contentKey: key(4) },
  ];
  return textBytes(
    'A list after a purge of content and a purge of a name',
    encodeCanonical({ type: 'directory', v: 1, entries }),
  );
}
