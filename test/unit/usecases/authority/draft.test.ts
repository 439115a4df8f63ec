import { describe, expect, it } from 'vitest';
import type { AuthorityBody } from '#domain/authority/authority.ts';
import { parseInstant } from '#domain/time.ts';
import type { ObjectBatch } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { AuthorityDraft, type AuthorityGround } from '#usecases/authority/draft.ts';
import { ChainWriter, addKey, keysOf, replicaBody } from '../../../support/authority-chain.ts';
import { chainOf, DEV, NOW, OWNER, presented, session } from '../../../support/decisions.ts';
import { FAKE_HASHER, fakeSign, fakeVerify } from '../../../support/fake-crypto.ts';

const BATCH: ObjectBatch = {
  add: () => '1'.repeat(40),
  addTree: () => '2'.repeat(40),
  write: async () => undefined,
};
const { replica, key } = replicaBody('clone');

/** A draft by the owner, on a chain where dev is registered. */
function draftBy(owner = session(OWNER)): { readonly draft: AuthorityDraft; readonly writer: ChainWriter } {
  const writer = new ChainWriter();
  writer.write(addKey(DEV));
  const chain = chainOf(owner);
  const { view } = writer;
  if (view === null) throw new Error('the chain has begun');
  // Only what a draft touches: the rest of a workspace is not there to be asked.
  const workspace = {
    hasher: FAKE_HASHER,
    random: (length: number) => new Uint8Array(length),
    verifySignature: fakeVerify,
    tokens: { read: () => presented(chain) },
  } as unknown as Workspace;
  const sign = (holder: string) => ({
    publicKey: holder,
    sign: (kind: Parameters<typeof fakeSign>[0], hash: Uint8Array) => fakeSign(kind, hash, holder),
  });
  const ground = {
    authority: { ref: 'refs/heddle/authority', headCommit: '0'.repeat(40), view, files: [] },
    caller: {
      actor: { principal: OWNER },
      signer: sign(chain.holder),
      sealed: { digest: chainDigestOf(writer, chain), bytes: new Uint8Array(1) },
    },
    replica: { replica, signer: sign(key) },
    now: NOW,
  } as unknown as AuthorityGround;
  return { draft: new AuthorityDraft(workspace, ground, BATCH), writer };
}

function chainDigestOf(writer: ChainWriter, chain: ReturnType<typeof chainOf>): string | null {
  return writer.make({ kind: 'freeze', seen: [] }, { chain }).record.chain;
}

const GRANT: AuthorityBody = {
  kind: 'grant',
  action: 'add',
  principal: DEV,
  role: 'reader',
  resource: 'acme/core',
  until: null,
};

describe('a draft of authority records', () => {
  it('takes records that the fold accepts, one after the other', () => {
    const { draft } = draftBy();
    draft.endorseReplica();
    draft.append(GRANT, 'because');
    expect(draft.refChange()).toEqual({
      name: 'refs/heddle/authority',
      old: '0'.repeat(40),
      new: '1'.repeat(40),
    });
  });

  it.each<[string, AuthorityBody, RegExp]>([
    ['a grant that ended already', { ...GRANT, until: NOW }, /ends before it begins/],
    ['a key that is registered', addKey(DEV), /registered already/],
    ['keys that were registered', addKey('new@example.com', keysOf(DEV)), /registered before/],
    ['the removal of nothing', removal(), /no such grant/],
  ])('refuses %s', (_what, body, why) => {
    const { draft } = draftBy();
    expect(() => draft.append(body, null)).toThrow(why);
    expect(draft.refChange()).toBeNull();
  });

  it('refuses what a chain from the future would sign', () => {
    const { draft } = draftBy(session(OWNER, { issued: parseInstant('2026-11-21T12:06:00.000Z') }));
    expect(() => draft.endorseReplica()).toThrow(/issued later/);
  });

  it('refuses what two records would only together break', () => {
    const { draft } = draftBy();
    draft.append({ kind: 'freeze', seen: [] }, null);
    expect(() => draft.append(GRANT, null)).toThrow(/frozen/);
  });
});

function removal(): AuthorityBody {
  const { writer } = draftBy();
  const head = writer.view?.head;
  if (head === undefined) throw new Error('the chain has begun');
  return { kind: 'grant', action: 'remove', grant: head, seen: [] };
}
