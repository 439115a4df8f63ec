import { encodeImport, encodeImportTexts, importDigest } from '#domain/attribution/import-codec.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatDigest, type AuthorityId } from '#domain/id.ts';
import { textsDigest } from '#domain/state/texts.ts';
import { hashOf, hashRow, signatureRow, table, textBytes, type Example } from './example-text.ts';
import { at, hasher, KEYS, OWNER, salt } from './fixed-world.ts';
import type { SealedChain } from './token-example.ts';

/** An import of one note. */
export function importExample({
  repo,
  policy,
  session,
}: {
  readonly repo: AuthorityId;
  readonly policy: AuthorityId;
  readonly session: SealedChain;
}): Example {
  const claim = { by: 'ai', tool: 'claude', model: 'example-model-1' } as const;
  const texts = encodeImportTexts({
    salt: salt(14),
    commits: [
      {
        commit: '7734793b756b3921c88db5375a8c156e9532447b',
        record: formatDigest(hasher.hash('foreign', utf8('the note as it was read'))),
        files: [
          {
            path: 'notes.txt',
            claims: [
              {
                lines: [
                  { first: 1, last: 10 },
                  { first: 15, last: 15 },
                ],
                ...claim,
              },
              { lines: [{ first: 42, last: 50 }], by: 'human', tool: null, model: null },
            ],
          },
        ],
      },
    ],
  });
  const bytes = encodeImport({
    repo,
    source: 'git-ai',
    actor: { principal: OWNER, agent: null, provider: null, model: null, session: null, confidence: null },
    holder: KEYS.session.publicKey,
    chain: session.digest,
    policy,
    at: at('09:55:00'),
    texts: textsDigest(hasher, texts),
  });
  const hash = hashOf('import', bytes);
  return [
    ...textBytes('`texts.json`', texts),
    ...table([hashRow('texts', hashOf('texts', texts)), ['digest', textsDigest(hasher, texts)]]),
    ...textBytes('`import.json`', bytes),
    ...table([
      hashRow('import', hash),
      ['name', importDigest(hasher, bytes)],
      signatureRow('import', KEYS.session.signer.sign('import', hash)),
    ]),
  ];
}
