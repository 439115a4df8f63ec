import { createHash, scryptSync } from 'node:crypto';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import {
  formatDigest,
  formatId,
  type AuthorityId,
  type Digest,
  type StateId,
  type TombstoneId,
} from '#domain/id.ts';
import {
  actDigest,
  encodeAct,
  encodeActTexts,
  type ActKind,
  type RemovalAct,
} from '#domain/removal/act-codec.ts';
import { encodeReceipt, encodeReceiptTexts, type Receipt } from '#domain/removal/receipt-codec.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import { contentId } from '#domain/manifest/hashes.ts';
import { maskKept } from '#domain/removal/spans/mask.ts';
import { replacementBytes, type ReplacingTombstone } from '#domain/removal/replacement.ts';
import {
  encodeTombstone,
  encodeTombstoneTexts,
  tombstoneId,
  type TombstoneDeclaration,
} from '#domain/removal/tombstone.ts';
import { travellingFilter, type TravellingMark } from '#domain/removal/travelling-mark.ts';
import { textsDigest } from '#domain/state/texts.ts';
import type { Signer } from '#ports/keys.ts';
import { replicaId } from './authority-examples.ts';
import { at, hasher, KEYS, OWNER, salt } from './fixed-world.ts';
import { hashOf, hashRow, signatureRow, table, textBytes, type Example } from './example-text.ts';
import type { SealedChain } from './token-example.ts';

interface RemovalWorld {
  readonly repo: AuthorityId;
  readonly policy: AuthorityId;
  readonly file: Digest;
  readonly state: StateId;
  readonly chain: SealedChain;
}

/** A tombstone and what is said about it later, each by the name of its example. */
export function removalExamples(options: RemovalWorld): readonly (readonly [string, Example])[] {
  const declaration = declare(options);
  const bytes = encodeTombstone(declaration);
  const id = tombstoneId(hasher, bytes);
  const act = { ...signedBy(options), tombstone: id, shun: [] };
  const lift = actExample('lift', { ...act, at: at('09:35:00'), consent: null }, 'a false alarm');
  const purge = actExample('purge', { ...act, at: at('09:40:00'), consent: null }, 'purge');
  const consented = actExample('purge', { ...act, at: at('09:40:00'), consent: PROPOSAL }, 'purge');
  const shun = [travellingMark(options.repo)];
  const shunned = actExample('purge', { ...act, at: at('09:40:00'), consent: null, shun }, 'purge');
  const both = actExample('purge', { ...act, at: at('09:40:00'), consent: PROPOSAL, shun }, 'purge');
  return [
    ['tombstone', tombstoneExample(bytes)],
    ['replacement', replacementExample({ id, declaration })],
    ['parts', partsExample(declaration)],
    ['further-parts', furtherExample(declaration, id)],
    ['travelling', travellingExample(declaration)],
    ['lift', lift.example],
    ['purge', purge.example],
    ['consented-purge', consented.example],
    ['travelling-purge', shunned.example],
    ['consented-travelling-purge', both.example],
    ['receipt', receiptExample({ repo: options.repo, tombstone: id, purge: purge.digest })],
  ];
}

/** A request that is not shown. */
const PROPOSAL = formatId('hq', new Uint8Array(32).fill(0x0c));
const TEXTS = encodeTombstoneTexts({ salt: salt(7), paths: ['README.md'], reason: 'it held a token' });

function signedBy({ repo, policy, chain }: RemovalWorld) {
  const nobody = { agent: null, provider: null, model: null, session: null, confidence: null };
  const actor = { ...nobody, principal: OWNER };
  return { repo, actor, holder: KEYS.session.publicKey, chain: chain.digest, policy };
}

/** A declaration that covers a file and the texts of a state. */
function declare(options: RemovalWorld): TombstoneDeclaration {
  return {
    ...signedBy(options),
    covers: { files: [options.file], names: [], texts: [options.state] },
    shun: [],
    spans: [],
    reasonCode: 'credential',
    template: 1,
    rotatedAt: at('09:25:00'),
    at: at('09:30:00'),
    texts: textsDigest(hasher, TEXTS),
  };
}

function tombstoneExample(bytes: Uint8Array): Example {
  const hash = hashOf('tombstone', bytes);
  const id = tombstoneId(hasher, bytes);
  return [
    ...textBytes('The sidecar', TEXTS),
    ...table([hashRow('texts', hashOf('texts', TEXTS)), ['digest', textsDigest(hasher, TEXTS)]]),
    ...textBytes('The declaration', bytes),
    ...table([
      hashRow('tombstone', hash),
      ['id', id],
      signatureRow('tombstone', KEYS.session.signer.sign('tombstone', hash)),
    ]),
    ...textBytes('What stands in the place of a sidecar that it covers', encodeRedactedTexts(id)),
  ];
}

function replacementExample(tombstone: ReplacingTombstone): Example {
  const rows = ['README.md', 'src/login.ts', 'deploy.sh', 'theme.css', 'data.bin'].map((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const text = decodeUtf8(replacementBytes(tombstone, { name, kind: 'file' })) ?? '';
    return [`\`${path}\`, then LF`, text.trimEnd()] as const;
  });
  const target = decodeUtf8(replacementBytes(tombstone, { name: 'link', kind: 'symlink' })) ?? '';
  return table([...rows, ['a symbolic link', target]]);
}

/** The same tombstone, if only parts of the file went. */
function partsExample(whole: TombstoneDeclaration): Example {
  const marks = [7, 12];
  const kept = utf8('# Core\n\nend\n');
  const [file] = whole.covers.files;
  if (file === undefined) throw new Error('the example covers a file');
  const span = { file, marks, kept: contentId(hasher, salt(7), kept) };
  const bytes = encodeTombstone({ ...whole, covers: { ...whole.covers, texts: [] }, spans: [span] });
  const id = tombstoneId(hasher, bytes);
  return [
    ...textBytes('What is kept, with its ends of line as `\\n`', utf8(JSON.stringify(decodeUtf8(kept)))),
    ...textBytes('The declaration', bytes),
    ...table([hashRow('tombstone', hashOf('tombstone', bytes)), ['id', id]]),
    ...textBytes(
      'The replacement, written in the same way',
      utf8(JSON.stringify(decodeUtf8(maskKept(kept, { id, marks })))),
    ),
  ];
}

/** What takes the place of a tombstone of parts, and cuts nothing more out of this file of it. */
function furtherExample(whole: TombstoneDeclaration, earlier: TombstoneId): Example {
  const [file] = whole.covers.files;
  if (file === undefined) throw new Error('the example covers a file');
  const kept = contentId(hasher, salt(7), utf8('# Core\n\nend\n'));
  const bytes = encodeTombstone({
    ...whole,
    covers: { ...whole.covers, texts: [earlier] },
    spans: [{ file, marks: [7, 12], kept, by: earlier }],
  });
  return [
    ...textBytes('The declaration', bytes),
    ...table([hashRow('tombstone', hashOf('tombstone', bytes)), ['id', tombstoneId(hasher, bytes)]]),
  ];
}

/** What the examples have travel: a file with this in it. */
const SHUNNED = '# Core\n';

/** As the page tells it, by Node alone; it costs, and examples are built more than once. */
let costly: Buffer | undefined;

function blobOf(content: string): string {
  return createHash('sha1').update(`blob ${content.length}\0${content}`).digest('hex');
}

function travellingMark(repo: AuthorityId): TravellingMark {
  const blob = blobOf(SHUNNED);
  const cost = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };
  costly ??= scryptSync(blob, `heddle/travelling/v1\0${repo}`, 32, cost);
  return { digest: formatDigest(costly), filter: travellingFilter(hasher, repo, blob) };
}

/** The same tombstone, if a policy had the list travel. */
function travellingExample(whole: TombstoneDeclaration): Example {
  const blob = blobOf(SHUNNED);
  const { digest, filter } = travellingMark(whole.repo);
  const bytes = encodeTombstone({ ...whole, shun: [{ digest, filter }] });
  return [
    ...table([
      ["the blob's id in Git", blob],
      hashRow('travelling', hashOf('travelling', utf8(`${whole.repo} ${blob}`))),
      ['filter', String(filter)],
      ['digest', digest],
    ]),
    ...textBytes('The declaration', bytes),
    ...table([['id', tombstoneId(hasher, bytes)]]),
  ];
}

function actExample(
  kind: ActKind,
  act: Omit<RemovalAct, 'texts'>,
  reason: string,
): { readonly digest: Digest; readonly example: Example } {
  const texts = encodeActTexts(kind, { salt: salt(kind === 'lift' ? 8 : 9), reason });
  const bytes = encodeAct(kind, { ...act, texts: textsDigest(hasher, texts) });
  const example = namedExample({ kind, texts, bytes, signer: KEYS.session.signer });
  return { digest: actDigest(hasher, kind, bytes), example };
}

function receiptExample(named: Pick<Receipt, 'repo' | 'tombstone' | 'purge'>): Example {
  const texts = encodeReceiptTexts({ salt: salt(10), places: ['refs/heads/main'] });
  const bytes = encodeReceipt({
    ...named,
    replica: replicaId(),
    holder: KEYS.replica.publicKey,
    at: at('09:41:00'),
    outcome: 'incomplete',
    texts: textsDigest(hasher, texts),
  });
  return namedExample({ kind: 'receipt', texts, bytes, signer: KEYS.replica.signer });
}

/** A record that has a digest for a name. */
function namedExample(record: {
  readonly kind: ActKind | 'receipt';
  readonly texts: Uint8Array;
  readonly bytes: Uint8Array;
  readonly signer: Signer;
}): Example {
  const { kind, texts, bytes, signer } = record;
  const hash = hashOf(kind, bytes);
  return [
    ...textBytes('`texts.json`', texts),
    ...table([hashRow('texts', hashOf('texts', texts)), ['digest', textsDigest(hasher, texts)]]),
    ...textBytes(`\`${kind}.json\``, bytes),
    ...table([
      hashRow(kind, hash),
      ['name', `${kind}-${formatDigest(hash)}`],
      signatureRow(kind, signer.sign(kind, hash)),
    ]),
  ];
}

/** A purged content, a purged name and a bucketed directory, as lists hold them. */
export function purgedListExample(): Example {
  const key = (n: number): string => formatId('ht', hashOf('directory', Uint8Array.of(n))).slice(3);
  const common = { kind: 'file', mode: '100644', id: key(1) };
  const entries = [
    { ...common, name: 'README.md', nameKey: key(2) },
    { ...common, name: `redacted-name-hr-${key(5)}`, nameId: key(3), contentKey: key(4) },
  ];
  return textBytes(
    'A list after a content and a name were hidden',
    encodeCanonical({ type: 'directory', v: 1, entries }),
  );
}
