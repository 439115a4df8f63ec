import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import {
  decodeOperation,
  decodeOperationTexts,
  encodeOperation,
  encodeOperationTexts,
  operationId,
  operationSigningHash,
} from '#domain/operation/operation-codec.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import { newSalt, textsDigest } from '#domain/state/texts.ts';
import {
  sampleDigest,
  sampleLine,
  SAMPLE_TOMBSTONE,
  sampleTexts,
} from '../../../support/samples/sample-operations.ts';
import { SHA256_HASHER } from '../../../support/sha256-hasher.ts';

type Fields = { [key: string]: unknown };

const line = sampleLine(sampleDigest('a'), { seq: 0, prev: null, lamport: 5 });
const previous = operationId(SHA256_HASHER, line);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The record with some fields changed, as canonical as it was: its keys are sorted already. */
function edited(bytes: Uint8Array, change: (fields: Fields) => void): Uint8Array {
  const fields = JSON.parse(text(bytes)) as Fields;
  change(fields);
  const sorted = Object.fromEntries(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return utf8(JSON.stringify(sorted));
}

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof HeddleError ? error.code : String(error);
  }
}

describe('a line of the log', () => {
  it('has one encoding, which is fixed', () => {
    expect(text(encodeOperation(line))).toMatchInlineSnapshot(
      `"{"actor":{"agent":"coder","confidence":"0.80","model":"m-1","principal":"anna@example.org","provider":"acme","session":null},"at":"2023-11-14T22:13:20.000Z","chain":"72t3sm2y2gwn7sccndn0vj1pa0ap85xdkf7qfbaar4c824swgda0","holder":"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f","lamport":5,"op":"capture","policy":"hg-r5dvh5bd6djrvdvef1smeyqg1263s2sswrmx5xzz7954kbb5s4p0","prev":null,"replica":"144qfgc512qdahz2xgr8tykqe9scm91kbde1jx3etx63v54qzx90","repo":"hg-r5dvh5bd6djrvdvef1smeyqg1263s2sswrmx5xzz7954kbb5s4p0","seq":0,"sig":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","states":["hs-b7ad1gh6b56fa3khjke1t58bx76xh9hdd9f33xjrvpa55527gehg"],"texts":"1m6fbdeej486zmmwswj823vs3j83bp1g19h1rbe5ecs21rq41h1g","type":"operation","v":1,"verdict":{"code":null,"stage":null,"verdict":"allow"}}"`,
    );
    expect(decodeOperation(encodeOperation(line))).toEqual(line);
  });

  it('signs everything but its signature, and its id covers that too', () => {
    const other = { ...line, sig: line.sig.replace(/^AA/, 'AB') };
    expect(operationSigningHash(SHA256_HASHER, other)).toEqual(operationSigningHash(SHA256_HASHER, line));
    expect(operationId(SHA256_HASHER, other)).not.toBe(previous);
    const { sig: _, ...unsigned } = line;
    expect(operationSigningHash(SHA256_HASHER, unsigned)).toEqual(operationSigningHash(SHA256_HASHER, line));
    for (const [field, value] of Object.entries({
      seq: 1,
      at: '2026-01-01T00:00:00.000Z',
      op: 'undo',
      policy: null,
    })) {
      const changed = { ...line, [field]: value } as typeof line;
      expect(operationSigningHash(SHA256_HASHER, changed), field).not.toEqual(
        operationSigningHash(SHA256_HASHER, line),
      );
    }
  });

  it('is refused without any of its fields, with another, or with a field of another kind', () => {
    const bytes = encodeOperation(line);
    const names = Object.keys(JSON.parse(text(bytes)) as Fields);
    expect(names.length).toBe(17);
    for (const name of names) {
      const without = edited(bytes, (fields) => delete fields[name]);
      expect(
        codeOf(() => decodeOperation(without)),
        name,
      ).toBe('FORMAT_INVALID');
      for (const wrong of [[], {}, true, -1, 'x'.repeat(5000)]) {
        const bent = edited(bytes, (fields) => (fields[name] = wrong));
        if (name === 'states' && Array.isArray(wrong)) continue;
        expect(
          codeOf(() => decodeOperation(bent)),
          `${name} ${typeof wrong}`,
        ).toMatch(/^FORMAT_/);
      }
    }
    expect(codeOf(() => decodeOperation(edited(bytes, (fields) => (fields['extra'] = 1))))).toBe(
      'FORMAT_INVALID',
    );
  });

  it.each([
    ['a first line that follows another', { prev: previous }],
    ['a later line that follows none', { seq: 1 }],
    ['an allowance with a reason', { verdict: { code: 'ROLE_NONE', stage: 'role', verdict: 'allow' } }],
    ['a denial without one', { verdict: { code: null, stage: null, verdict: 'deny' } }],
    ['a denial without a code', { verdict: { code: null, stage: 'role', verdict: 'deny' } }],
    ['an unknown gate', { verdict: { code: 'X', stage: 'mood', verdict: 'deny' } }],
    ['a code that is none', { verdict: { code: 'x y', stage: 'role', verdict: 'deny' } }],
    ['an unknown kind', { op: 'explode' }],
    ['a key in capitals', { holder: '0F'.repeat(32) }],
    ['a short signature', { sig: 'AAAA' }],
    ['a time without milliseconds', { at: '2026-01-01T00:00:00Z' }],
    ['a fraction', { lamport: 0.5 }],
    ['a state that is none', { states: ['ho-x'] }],
  ])('is refused with %s', (_, change) => {
    expect(
      codeOf(() => decodeOperation(edited(encodeOperation(line), (fields) => Object.assign(fields, change)))),
    ).toBe('FORMAT_INVALID');
  });

  it('is refused as another kind or version, with white space, and when it is too long', () => {
    const sound = text(encodeOperation(line));
    const decode = (changed: string) => codeOf(() => decodeOperation(utf8(changed)));
    expect(decode(sound.replace('"v":1', '"v":2'))).toBe('FORMAT_UNKNOWN');
    expect(decode(sound.replace('"type":"operation"', '"type":"state"'))).toBe('FORMAT_UNKNOWN');
    expect(decode(`${sound} `)).toBe('FORMAT_INVALID');
    expect(decode(sound.replace('{', '{"v":1,'))).toBe('FORMAT_INVALID');
    expect(decode(`"${'x'.repeat(300_000)}"`)).toBe('FORMAT_INVALID');
  });
});

describe('a sidecar', () => {
  const bytes = encodeOperationTexts(sampleTexts());

  it('has one encoding, which is fixed', () => {
    expect(text(bytes)).toMatchInlineSnapshot(
      `"{"args":{"all":true,"message":"x","number":3},"effects":[{"gitDir":"/repo/.git","kind":"worktree","state":"hs-b7ad1gh6b56fa3khjke1t58bx76xh9hdd9f33xjrvpa55527gehg","thread":"task/Login"},{"kind":"thread","record":{"base":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","by":"anna@example.org","from":null,"startedAt":"2023-11-14T22:13:20.000Z","task":"make it work","thread":"task/Login"},"thread":"task/Login"},{"commit":"cccccccccccccccccccccccccccccccccccccccc","directory":"/elsewhere","kind":"checkout","state":null,"thread":"task/Login","tree":null}],"inverse":{"effects":[{"kind":"thread","record":null,"thread":"task/Login"}],"refs":[]},"paths":["src/a.ts","naïve/"],"refs":[{"name":"refs/heddle/threads/task/Login","new":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","old":null}],"resource":"acme/core@task/Login","result":{"changed":[],"state":"hs-b7ad1gh6b56fa3khjke1t58bx76xh9hdd9f33xjrvpa55527gehg"},"salt":"hR85-ItVsYzHqONQmHNkxw","type":"operation-texts","v":1}"`,
    );
    expect(decodeOperationTexts(bytes)).toEqual(sampleTexts());
  });

  it('may be redacted, and nothing else of it is left then', () => {
    const redacted = encodeRedactedTexts(SAMPLE_TOMBSTONE);
    expect(decodeOperationTexts(redacted)).toBe('redacted');
    const more = edited(redacted, (fields) => (fields['salt'] = 'x'));
    expect(codeOf(() => decodeOperationTexts(more))).toBe('FORMAT_INVALID');
    const nameless = edited(redacted, (fields) => (fields['tombstone'] = 'hr-x'));
    expect(codeOf(() => decodeOperationTexts(nameless))).toBe('FORMAT_INVALID');
    const both = edited(bytes, (fields) => (fields['tombstone'] = SAMPLE_TOMBSTONE));
    expect(codeOf(() => decodeOperationTexts(both))).toBe('FORMAT_UNKNOWN');
  });

  it('is refused without any of its fields or with another', () => {
    const names = Object.keys(JSON.parse(text(bytes)) as Fields);
    expect(names.length).toBe(10);
    for (const name of names) {
      expect(
        codeOf(() => decodeOperationTexts(edited(bytes, (fields) => delete fields[name]))),
        name,
      ).toBe('FORMAT_INVALID');
    }
    expect(codeOf(() => decodeOperationTexts(edited(bytes, (fields) => (fields['extra'] = 1))))).toBe(
      'FORMAT_INVALID',
    );
  });

  it.each([
    ['a short salt', { salt: 'AAAA' }],
    ['a ref without a name', { refs: [{ new: null, old: null }] }],
    ['a ref whose id is none', { refs: [{ name: 'refs/heddle/x', new: 'xyz', old: null }] }],
    ['an unknown effect', { effects: [{ kind: 'run', command: 'x' }] }],
    [
      'an effect with more',
      { effects: [{ gitDir: '/x', kind: 'worktree', more: 1, state: null, thread: null }] },
    ],
    ['an inverse with more', { inverse: { effects: [], more: 1, refs: [] } }],
    ['a path that is no text', { paths: [1] }],
  ])('is refused with %s', (_, change) => {
    const bent = edited(bytes, (fields) => Object.assign(fields, change));
    expect(codeOf(() => decodeOperationTexts(bent))).toBe('FORMAT_INVALID');
  });

  it('is named by its bytes, salt included', () => {
    const salted = encodeOperationTexts({
      ...sampleTexts(),
      salt: newSalt((length) => new Uint8Array(length).fill(1)),
    });
    expect(textsDigest(SHA256_HASHER, salted)).not.toBe(textsDigest(SHA256_HASHER, bytes));
    expect(newSalt((length) => new Uint8Array(length))).toBe('A'.repeat(22));
  });
});
