import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashes, verify } from '@noble/ed25519';
import { hash as blake3 } from 'blake3-wasm';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeAttestation } from '#domain/state/attestation.ts';
import { decodeAuthorityRecord } from '#domain/authority/authority-codec.ts';
import { parseBase64Url } from '#domain/encoding/base64url.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { decodeList } from '#domain/manifest/list-codec.ts';
import { decodeOperation, decodeOperationTexts } from '#domain/operation/operation-codec.ts';
import { decodeCheckpoint } from '#domain/published/checkpoint.ts';
import { decodeState, decodeStateTexts } from '#domain/state/state-codec.ts';
import { decodeReview } from '#domain/review/review-codec.ts';
import { decodeReviewTexts } from '#domain/review/review-texts.ts';
import { decodeAct, decodeActTexts } from '#domain/removal/act-codec.ts';
import { decodeReceipt, decodeReceiptTexts } from '#domain/removal/receipt-codec.ts';
import { decodeTombstone, decodeTombstoneTexts } from '#domain/removal/tombstone.ts';
import { buildExamples } from '../support/formats/examples.ts';
import { fencedBlocks, fillExamples, readExamples, rowValues } from '../support/formats/page.ts';

hashes.sha512 = (message) => new Uint8Array(createHash('sha512').update(message).digest());

const PATH = join(import.meta.dirname, '../../docs/FORMATS.md');
const page = readFileSync(PATH, 'utf8');
const texts = new Map(readExamples(page).map(({ name, text }) => [name, text]));

function example(name: string): string {
  return texts.get(name) ?? '';
}

function json(name: string): readonly Uint8Array[] {
  return fencedBlocks(example(name)).flatMap(({ language, body }) =>
    language === 'json' ? [utf8(body)] : [],
  );
}

/** A second implementation of hash and base32, on another loader of BLAKE3. */
function hashOf(kind: string, bytes: Uint8Array): Uint8Array {
  const digest = blake3(Buffer.concat([Buffer.from(`heddle/${kind}/v1\0`), bytes]));
  if (typeof digest === 'string') throw new Error('invariant: no encoding was asked for');
  return digest;
}

function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = (bits + '0000').match(/.{5}/g) ?? [];
  return letters.map((five) => '0123456789abcdefghjkmnpqrstvwxyz'[Number.parseInt(five, 2)]).join('');
}

/** Five bits a letter: what is hashed at a leaf of a segment's tree is the id's 32 bytes behind a zero. */
function leaf(id: string): Uint8Array {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  const bits = Array.from({ length: 52 }, (_, at) =>
    alphabet
      .indexOf(id.charAt(3 + at))
      .toString(2)
      .padStart(5, '0'),
  );
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  return Uint8Array.of(0, ...bytes.map((byte) => Number.parseInt(byte, 2)));
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('docs/FORMATS.md', () => {
  it('has the examples that the codecs make, byte for byte', async () => {
    await expect(fillExamples(page, buildExamples())).toMatchFileSnapshot(PATH);
  });

  it('shows every example that is built, once, and no other', () => {
    expect(
      readExamples(page)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual([...buildExamples().keys()].toSorted());
    expect(texts.size).toBe(35);
    for (const [name, text] of texts) expect(text.trim(), name).not.toBe('');
  });

  it('would differ if one byte of an example did', () => {
    const changed = page.replace('"intent":"Check the password"', '"intent":"Check the passwore"');
    expect(changed).not.toBe(page);
    expect(fillExamples(changed, buildExamples())).toBe(page);
  });
});

describe('an example of docs/FORMATS.md', () => {
  it.each<[string, number, string, string]>([
    ['state', 1, 'state', 'hs-'],
    ['genesis', 0, 'authority', 'hg-'],
    ['grant', 1, 'authority', 'hg-'],
    ['merge', 0, 'authority', 'hg-'],
    ['manifest-list', 1, 'directory', 'ht-'],
    ['log-line', 2, 'operation', 'ho-'],
    ['tombstone', 1, 'tombstone', 'hr-'],
    ['request', 1, 'request', 'hq-'],
  ])('%s has the hash and the id of its preimage', (name, index, kind, prefix) => {
    const preimage = json(name)[index] ?? new Uint8Array();
    const hash = hashOf(kind, preimage);
    expect(rowValues(example(name), `hash of kind "${kind}"`).at(-1)).toBe(hex(hash));
    expect(rowValues(example(name), 'id').at(-1)).toBe(prefix + base32(hash));
  });

  it.each(['state', 'grant', 'log-line', 'tombstone'])('%s names its sidecar by its salted hash', (name) => {
    const [sidecar = new Uint8Array()] = json(name);
    const digest = base32(hashOf('texts', sidecar));
    expect(rowValues(example(name), 'digest')).toEqual([digest]);
    expect(json(name).some((bytes) => Buffer.from(bytes).includes(`"texts":"${digest}"`))).toBe(true);
  });

  it.each<[string, string, string]>([
    ['genesis', 'authority', 'record key'],
    ['grant', 'authority', "owner's session"],
    ['merge', 'authority', "owner's session"],
    ['log-line', 'operation', 'review-worker'],
    ['tombstone', 'tombstone', "owner's session"],
  ])('%s is signed by the key that it names', (name, kind, signer) => {
    const row = example('keys')
      .split('\n')
      .find((line) => line.includes(signer));
    const key = /`([0-9a-f]{64})`/.exec(row ?? '')?.[1] ?? '';
    const [sig = ''] = rowValues(example(name), 'signature over');
    const hash = rowValues(example(name), `hash of kind "${kind}"`)[0] ?? '';
    const message = Buffer.concat([Buffer.from(`heddle/${kind}/v1\0`), Buffer.from(hash, 'hex')]);
    const signature = parseBase64Url(sig) ?? new Uint8Array();
    expect(example(name)).toContain(`"holder":"${key}"`);
    expect(verify(signature, message, Buffer.from(key, 'hex'), { zip215: false })).toBe(true);
    expect(
      verify(signature, Buffer.concat([message, message]), Buffer.from(key, 'hex'), { zip215: false }),
    ).toBe(false);
  });

  it.each<[string, string]>([
    ['lift', "owner's session"],
    ['purge', "owner's session"],
    ['receipt', 'replica key'],
    ['review', "owner's session"],
  ])('%s is named by its hash, names its sidecar, and is signed by the %s', (kind, signer) => {
    const [sidecar = new Uint8Array(), record = new Uint8Array()] = json(kind);
    const hash = hashOf(kind, record);
    expect(rowValues(example(kind), `hash of kind "${kind}"`)).toEqual([hex(hash)]);
    expect(rowValues(example(kind), 'name')).toEqual([`${kind}-${base32(hash)}`]);
    const digest = base32(hashOf('texts', sidecar));
    expect(rowValues(example(kind), 'digest')).toEqual([digest]);
    expect(Buffer.from(record).includes(`"texts":"${digest}"`)).toBe(true);
    const row = example('keys')
      .split('\n')
      .find((line) => line.startsWith('| ') && line.includes(signer));
    const key = /`([0-9a-f]{64})`/.exec(row ?? '')?.[1] ?? '';
    const message = Buffer.concat([Buffer.from(`heddle/${kind}/v1\0`), hash]);
    const signature = parseBase64Url(rowValues(example(kind), 'signature over')[0] ?? '') ?? new Uint8Array();
    expect(Buffer.from(record).includes(`"holder":"${key}"`)).toBe(true);
    expect(verify(signature, message, Buffer.from(key, 'hex'), { zip215: false })).toBe(true);
  });

  it('checkpoint is over the lines that it names, and signed by the replica key', () => {
    const leaves = rowValues(example('checkpoint'), 'line ').map((id) => hashOf('segment', leaf(id)));
    const node = Buffer.concat([Uint8Array.of(1), ...leaves]);
    expect(leaves).toHaveLength(2);
    expect(rowValues(example('checkpoint'), 'root')).toEqual([base32(hashOf('segment', node))]);
    const [signed = new Uint8Array(), checkpoint = new Uint8Array()] = json('checkpoint');
    const key = /`([0-9a-f]{64})`/.exec(
      example('keys')
        .split('\n')
        .find((line) => line.startsWith('| replica key')) ?? '',
    )?.[1];
    const message = Buffer.concat([Buffer.from('heddle/checkpoint/v1\0'), hashOf('checkpoint', signed)]);
    const [sig = ''] = rowValues(example('checkpoint'), 'signature over');
    const signature = parseBase64Url(sig) ?? new Uint8Array();
    expect(verify(signature, message, Buffer.from(key ?? '', 'hex'), { zip215: false })).toBe(true);
    expect(rowValues(example('checkpoint'), 'id')).toEqual([base32(hashOf('checkpoint', checkpoint))]);
    expect(decodeCheckpoint(checkpoint)).toMatchObject({ number: 0, first: 0, size: 2, sig });
  });

  it('claim says where its process runs by salted hashes alone', () => {
    const [claim = new Uint8Array()] = json('claim');
    const { salt } = (JSON.parse(Buffer.from(claim).toString()) as { process: { salt: string } }).process;
    const said = [
      ['machine', 'machine'],
      ['place', 'machine/pid:[1]'],
      ['boot', 'boot'],
    ];
    for (const [what = '', text = ''] of said) {
      const digest = base32(hashOf('claim', utf8(`${salt}\0${what}\0${text}`)));
      expect(Buffer.from(claim).includes(`"${what}":"${digest}"`), what).toBe(true);
    }
  });

  it('replacement is made of nothing but the tombstone beside it', () => {
    const [id = ''] = rowValues(example('tombstone'), 'id');
    const notice = `redacted ${id} by owner@example.com at 2026-11-21T09:30:00.000Z: credential`;
    expect(rowValues(example('replacement'), '')).toEqual([
      `<!-- ${notice} -->`,
      `// ${notice}`,
      `# ${notice}`,
      `/* ${notice} */`,
      notice,
      `redacted-${id}`,
    ]);
  });

  it('receipt answers the purge that is shown', () => {
    const [name = ''] = rowValues(example('purge'), 'name');
    const [, record = new Uint8Array()] = json('receipt');
    expect(decodeReceipt(record)).toMatchObject({ purge: name.replace('purge-', ''), outcome: 'incomplete' });
  });

  it('is what the readers accept', () => {
    const [stateTexts = new Uint8Array(), state = new Uint8Array()] = json('state');
    const [lineTexts = new Uint8Array(), , line = new Uint8Array()] = json('log-line');
    const [reason = new Uint8Array(), declaration = new Uint8Array(), redacted = new Uint8Array()] =
      json('tombstone');
    expect(decodeStateTexts(stateTexts)).toMatchObject({ intent: 'Check the password' });
    expect(decodeState(state).thread).toBe('task/login');
    expect(decodeOperationTexts(lineTexts)).toMatchObject({ paths: ['src/login.ts'] });
    expect(decodeOperation(line).op).toBe('capture');
    expect(decodeTombstoneTexts(reason)).toMatchObject({ paths: ['README.md'] });
    expect(decodeTombstone(declaration).reasonCode).toBe('credential');
    expect(decodeTombstoneTexts(redacted)).toBe('redacted');
    expect(decodeReviewTexts(json('review')[0] ?? redacted)).toMatchObject({ message: 'reads well' });
    expect(decodeReview(json('review')[1] ?? redacted)).toMatchObject({ verdict: 'approve', branch: 'main' });
    for (const kind of ['lift', 'purge'] as const) {
      const [actTexts = redacted, act = redacted] = json(kind);
      expect(decodeActTexts(kind, actTexts).reason).not.toBe('');
      expect(decodeAct(kind, act).actor.principal).toBe('owner@example.com');
    }
    expect(decodeAct('purge', json('consented-purge')[1] ?? redacted).consent).toMatch(/^hq-/);
    expect(decodeReceiptTexts(json('receipt')[0] ?? redacted).places).toEqual(['refs/heads/main']);
    expect(decodeAuthorityRecord(json('genesis')[0] ?? redacted).body.kind).toBe('genesis');
    expect(decodeAuthorityRecord(json('grant')[1] ?? redacted).body.kind).toBe('grant');
    const merge = decodeAuthorityRecord(json('merge')[0] ?? redacted);
    expect([merge.body.kind, merge.prev.length]).toEqual(['merge', 2]);
    expect(decodeAttestation(json('attestation')[0] ?? redacted).subject).toBe(
      rowValues(example('state'), 'id').at(-1),
    );
    expect(decodeList(json('manifest-list')[0] ?? redacted)).toHaveProperty('entries');
    expect(decodeList(json('purged-list')[0] ?? redacted)).toHaveProperty('entries');
  });

  it('chain has the digest of both revocation ids', () => {
    const [, ids] = fencedBlocks(example('chain')).filter(({ language }) => language === 'hex');
    const bytes = Buffer.from((ids?.body ?? '').replaceAll('\n', ''), 'hex');
    expect(bytes).toHaveLength(128);
    expect(rowValues(example('chain'), 'digest')).toEqual([base32(hashOf('chain', bytes))]);
    expect(example('state')).toContain(`"chain":"${base32(hashOf('chain', bytes))}"`);
  });
});
