import { encodeAttestation } from '#domain/state/attestation.ts';
import { concatBytes, formatHex, utf8 } from '#domain/encoding/bytes.ts';
import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import {
  formatDigest,
  formatId,
  type AuthorityId,
  type Digest,
  type DirectoryId,
  type StateId,
} from '#domain/id.ts';
import { storeDirectory } from '#domain/manifest/directory.ts';
import type { ManifestEntry } from '#domain/manifest/entry.ts';
import { contentId, entryNameId, saltBytes } from '#domain/manifest/hashes.ts';
import { encodeState, encodeStateTexts } from '#domain/state/state-codec.ts';
import type { State } from '#domain/state/state.ts';
import { textsDigest } from '#domain/state/texts.ts';
import { at, hasher, KEYS, OWNER, salt } from './fixed-world.ts';
import { hashOf, hashRow, signatureRow, table, textBytes, type Example } from './example-text.ts';
import type { SealedChain } from './token-example.ts';

export const README_CONTENT = 'hello\n';

/** The manifest of a tree with two files, `README.md` and `src/login.ts`. */
export interface ExampleManifest {
  readonly tree: DirectoryId;
  readonly readme: Digest;
  readonly example: Example;
}

function file(name: string, content: string, n: number): ManifestEntry {
  const secret = { kind: 'salt', salt: salt(n) } as const;
  return { name, mode: '100644', kind: 'file', id: contentId(hasher, secret.salt, utf8(content)), secret };
}

/** Builds both directories' lists. */
export function buildManifest(): ExampleManifest {
  const source = storeDirectory(hasher, [file('login.ts', 'export {};\n', 2)]);
  const readme = file('README.md', README_CONTENT, 3);
  const entries: readonly ManifestEntry[] = [
    readme,
    { name: 'src', mode: '40000', kind: 'directory', id: source.id, secret: { kind: 'salt', salt: salt(4) } },
  ];
  const root = storeDirectory(hasher, entries);
  const list = root.files.get('_');
  if (list === undefined) throw new Error('invariant: a small directory has one list');
  const rows = entries.map((entry) => [entry.mode, entry.kind, entryNameId(hasher, entry), entry.id]);
  const preimage = encodeCanonical(rows);
  const example = [
    ...readmeRows(readme),
    ...textBytes('The list `manifest/_` as stored', list),
    ...textBytes('Preimage of the directory: `[mode, kind, nameId, id]` of each entry', preimage),
    ...table([hashRow('directory', hashOf('directory', preimage)), ['id', root.id]]),
  ];
  return { tree: root.id, readme: formatDigest(contentHash(3, README_CONTENT)), example };
}

function contentHash(n: number, content: string): Uint8Array {
  const key = hashOf('salt-content', saltBytes(salt(n)));
  return hashOf('file', concatBytes(key, utf8(content)));
}

function readmeRows(entry: ManifestEntry): Example {
  const bytes = saltBytes(salt(3));
  const nameKey = hashOf('salt-name', bytes);
  const contentKey = hashOf('salt-content', bytes);
  return [
    `The entry of \`README.md\`, whose content is \`hello\` and LF:`,
    '',
    ...table([
      ['salt', formatHex(bytes)],
      hashRow('salt-name', nameKey),
      ['`nameId`: hash of kind "name" over that ‖ name', entryNameId(hasher, entry)],
      hashRow('salt-content', contentKey),
      ['`id`: hash of kind "file" over that ‖ content', formatDigest(contentHash(3, README_CONTENT))],
    ]),
  ];
}

/** A state by review-worker, with what stands beside it. */
export interface ExampleState {
  readonly id: StateId;
  readonly example: Example;
  readonly attestation: Example;
}

/** Builds the first state of a thread. */
export function buildState(options: {
  readonly repo: AuthorityId;
  readonly policy: AuthorityId;
  readonly tree: DirectoryId;
  readonly chain: SealedChain;
}): ExampleState {
  const texts = encodeStateTexts({
    salt: salt(5),
    intent: 'Check the password',
    task: 'Add a login page',
    evidence: [],
    base: '1'.repeat(40),
  });
  const bytes = encodeState(stateOf(options, texts));
  const hash = hashOf('state', bytes);
  const id = formatId('hs', hash);
  const sig = KEYS.agent.signer.sign('state', hash);
  const attestation = encodeAttestation({ subject: id, holder: KEYS.agent.publicKey, sig });
  return {
    id,
    example: [
      ...textBytes('`texts.json`', texts),
      ...table([hashRow('texts', hashOf('texts', texts)), ['digest', textsDigest(hasher, texts)]]),
      ...textBytes('`state.json`', bytes),
      ...table([hashRow('state', hash), ['id', id]]),
    ],
    attestation: [...table([signatureRow('state', sig)]), ...textBytes('`attestation.json`', attestation)],
  };
}

function stateOf(options: Parameters<typeof buildState>[0], texts: Uint8Array): State {
  return {
    repo: options.repo,
    thread: 'task/login',
    parents: [],
    tree: options.tree,
    actor: {
      principal: OWNER,
      agent: 'review-worker',
      provider: 'example-provider',
      model: 'example-model-1',
      session: null,
      confidence: '0.82',
    },
    sources: {
      principal: 'credential',
      agent: 'credential',
      provider: 'credential',
      model: 'credential',
      session: 'none',
      confidence: 'flag',
    },
    capturedAt: at('09:10:00'),
    holder: KEYS.agent.publicKey,
    chain: options.chain.digest,
    policy: options.policy,
    texts: textsDigest(hasher, texts),
  };
}
