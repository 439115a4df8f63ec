import { encodeAttestation } from '#domain/state/attestation.ts';
import { encodeAuthorityRecord, encodeAuthorityTexts } from '#domain/authority/authority-codec.ts';
import type { AuthorityRecord } from '#domain/authority/authority.ts';
import { parseHex, utf8 } from '#domain/encoding/bytes.ts';
import { formatDigest, formatId, type AuthorityId, type Digest, type RequestId } from '#domain/id.ts';
import { NO_RULES, type PolicyRules } from '#domain/policy/policy.ts';
import { textsDigest } from '#domain/state/texts.ts';
import type { Signer } from '#ports/keys.ts';
import { at, hasher, KEYS, OWNER, REPOSITORY, salt } from './fixed-world.ts';
import { hashOf, hashRow, signatureRow, table, textBytes, type Example } from './example-text.ts';
import type { SealedChain } from './token-example.ts';

/** A record with what stands beside it. */
export interface SignedRecord {
  readonly id: AuthorityId;
  readonly bytes: Uint8Array;
  readonly attestation: Uint8Array;
  readonly texts: Uint8Array | null;
  readonly example: Example;
}

/** The genesis, signed by the owner's record key. */
export function buildGenesis(): SignedRecord {
  const record: AuthorityRecord = {
    repo: null,
    seq: 0,
    prev: [],
    by: OWNER,
    holder: KEYS.record.publicKey,
    chain: null,
    at: at('09:00:00'),
    body: {
      kind: 'genesis',
      resource: REPOSITORY,
      owners: [{ principal: OWNER, root: KEYS.root.publicKey, record: KEYS.record.publicKey }],
      nonce: salt(0),
    },
    texts: null,
  };
  return signRecord(record, KEYS.record.signer, null);
}

/** The id of the example's replica. */
export function replicaId(): Digest {
  const key = parseHex(KEYS.replica.publicKey);
  if (key === undefined) throw new Error('invariant: a public key is hexadecimal');
  return formatDigest(hasher.hash('replica', key));
}

/** A grant by the owner, with a reason in its sidecar. */
export function buildGrant(genesis: AuthorityId, session: SealedChain): SignedRecord {
  const texts = encodeAuthorityTexts({ salt: salt(1), reason: 'joins for the login task' });
  const record: AuthorityRecord = {
    repo: genesis,
    seq: 1,
    prev: [genesis],
    by: OWNER,
    holder: KEYS.session.publicKey,
    chain: session.digest,
    at: at('09:03:00'),
    body: {
      kind: 'grant',
      action: 'add',
      principal: 'dev@example.com',
      role: 'developer',
      resource: `${REPOSITORY}@task`,
      until: null,
    },
    texts: textsDigest(hasher, texts),
  };
  return signRecord(record, KEYS.session.signer, texts);
}

interface PolicyPlace {
  readonly genesis: AuthorityId;
  readonly grant: AuthorityId;
  readonly session: SealedChain;
}

/** A policy for the threads of a release, after the grant. */
export function buildPolicy(place: PolicyPlace): SignedRecord {
  return policyRecord(place, 'release', {
    attribution: 'required',
    models: ['opus-4', 'sonnet-4'],
    life: 14_400,
    depth: 1,
  });
}

/** The same for a branch, with rules of version 2. */
export function buildLandingPolicy(place: PolicyPlace): SignedRecord {
  return policyRecord(place, 'heads/main', {
    approvals: 1,
    reviewers: ['principal', 'provider'],
    trailers: ['assisted-by'],
  });
}

/** The same for a guard, with a rule of version 3, by the consent of others. */
export function buildGuardPolicy(place: PolicyPlace): SignedRecord {
  const consent = formatId('hq', hashOf('request', utf8('an example')));
  return policyRecord(
    place,
    'release',
    { guarded: ['policy:write', 'purge:apply'], quorum: 2, excluded: 'author' },
    [consent],
  );
}

/** A freeze that nobody waited with. */
export function buildBreakGlass({ genesis, grant, session }: PolicyPlace): SignedRecord {
  const record: AuthorityRecord = {
    repo: genesis,
    seq: 2,
    prev: [grant],
    by: OWNER,
    holder: KEYS.session.publicKey,
    chain: session.digest,
    at: at('09:04:00'),
    body: { kind: 'freeze', seen: [], breakGlass: true },
    texts: null,
  };
  return signRecord(record, KEYS.session.signer, null);
}

/** What joins two records that follow the grant: the policy and the freeze. */
export function buildMerge(place: PolicyPlace): SignedRecord {
  const { genesis, session } = place;
  const record: AuthorityRecord = {
    repo: genesis,
    seq: 3,
    prev: [buildPolicy(place).id, buildBreakGlass(place).id].toSorted(),
    by: OWNER,
    holder: KEYS.session.publicKey,
    chain: session.digest,
    at: at('09:05:00'),
    body: { kind: 'merge' },
    texts: null,
  };
  return signRecord(record, KEYS.session.signer, null);
}

function policyRecord(
  { genesis, grant, session }: PolicyPlace,
  place: string,
  rules: Partial<PolicyRules>,
  consents: readonly RequestId[] = [],
): SignedRecord {
  const record: AuthorityRecord = {
    repo: genesis,
    seq: 2,
    prev: [grant],
    by: OWNER,
    holder: KEYS.session.publicKey,
    chain: session.digest,
    at: at('09:04:00'),
    body: {
      kind: 'policy',
      resource: `${REPOSITORY}@${place}`,
      rules: { ...NO_RULES, ...rules },
    },
    texts: null,
    ...(consents.length === 0 ? {} : { consents }),
  };
  return signRecord(record, KEYS.session.signer, null);
}

function signRecord(record: AuthorityRecord, signer: Signer, texts: Uint8Array | null): SignedRecord {
  const bytes = encodeAuthorityRecord(record);
  const hash = hashOf('authority', bytes);
  const id = formatId('hg', hash);
  const sig = signer.sign('authority', hash);
  const attestation = encodeAttestation({ subject: id, holder: signer.publicKey, sig });
  const sidecar =
    texts === null
      ? []
      : [
          ...textBytes('`texts.json`', texts),
          ...table([hashRow('texts', hashOf('texts', texts)), ['digest', textsDigest(hasher, texts)]]),
        ];
  const example = [
    ...sidecar,
    ...textBytes('`record.json`', bytes),
    ...table([hashRow('authority', hash), ['id', id], signatureRow('authority', sig)]),
  ];
  return { id, bytes, attestation, texts, example };
}
