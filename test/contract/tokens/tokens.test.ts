import { describe, expect, it } from 'vitest';
import { rawEd25519 } from '#crypto/ed25519.ts';
import { formatHex } from '#domain/encoding/bytes.ts';
import { parseInstant } from '#domain/time.ts';
import { budgetChecks } from '#domain/token/budget.ts';
import type { TokenCheck } from '#domain/token/token.ts';
import { blockDatalog } from '#domain/token/token-words.ts';
import {
  delegate,
  LIFE,
  MIDNIGHT,
  mintHeld,
  newRoot,
  NOON,
  readChain,
  REPO,
  TOKENS,
  type Held,
} from '../../support/tokens.ts';

const ALL_KINDS: readonly TokenCheck[] = [
  LIFE,
  { kind: 'operation', anyOf: ['state:capture', 'state:read'] },
  { kind: 'resource', anyOf: ['acme/core@task', 'acme/core:src/a b'] },
  { kind: 'provider', anyOf: ['anthropic', 'owner'] },
  { kind: 'model', anyOf: ['opus "1"\\'] },
  { kind: 'depth', atMost: 2 },
];

function chainOf(length: number): Held {
  return Array.from({ length }, (_, index) => index).reduce(
    (parent, index) => delegate(parent, { agent: `agent-${index}` }),
    mintHeld(),
  );
}

describe('a minted token', () => {
  it('reads back as it was asked for', () => {
    const held = mintHeld({ checks: ALL_KINDS, principal: 'owner', session: 'ed25519/session' });
    const chain = readChain(held);
    expect(chain.authority).toEqual({
      kind: 'authority',
      tokenVersion: 1,
      principal: 'owner',
      session: 'ed25519/session',
      repo: REPO,
      holder: held.holder.publicKey,
      issued: NOON,
      checks: ALL_KINDS,
    });
    expect(chain).toMatchObject({
      blocks: [chain.authority],
      root: held.root.publicKey,
      holder: held.holder.publicKey,
      sealed: false,
    });
    expect(chain.revocationIds).toEqual([expect.stringMatching(/^[0-9a-f]{128}$/)]);
  });

  it('reads back budgets for its own holder, in first and later blocks', () => {
    const key = TOKENS.newHolder();
    const checks = [LIFE, ...budgetChecks(key.publicKey, { states: 0, minutes: Number.MAX_SAFE_INTEGER })];
    const root = newRoot();
    const names = { principal: root.principal, session: 's', repo: REPO, issued: NOON };
    const token = TOKENS.mint(root, { ...names, checks, holder: key.publicKey });
    const parent = { token, holder: key, root };
    expect(readChain(parent).authority.checks).toEqual(checks);
    const child = delegate(parent, { budget: { states: 1, files: 2, lines: 3, minutes: 4 } });
    const own = budgetChecks(child.holder.publicKey, { states: 1, files: 2, lines: 3, minutes: 4 });
    expect(readChain(child).blocks[1]?.checks).toEqual(own);
    for (const checks of [
      budgetChecks(key.publicKey, { states: 1 }),
      [...own, ...own],
      budgetChecks(child.holder.publicKey, { states: -1 }),
      budgetChecks(child.holder.publicKey, { states: 0.5 }),
      budgetChecks(child.holder.publicKey, { states: 2 ** 53 }),
    ]) {
      const block = { agent: 'a', provider: null, model: null, holder: child.holder.publicKey, checks };
      expect(() => TOKENS.attenuate(token, key, block)).toThrow(/budget/);
    }
  });

  it('is issued at a whole second', () => {
    const chain = readChain(mintHeld({ issued: parseInstant('2026-11-21T12:00:00.999Z') }));
    expect(chain.authority.issued).toBe('2026-11-21T12:00:00.000Z');
  });

  it('reads under the right one of many roots and under no other', () => {
    const held = mintHeld();
    const strangers = Array.from({ length: 5 }, () => newRoot().publicKey);
    expect(TOKENS.read(held.token, [...strangers, held.root.publicKey])).toMatchObject({ kind: 'chain' });
    expect(TOKENS.read(held.token, strangers)).toMatchObject({
      kind: 'unreadable',
      code: 'CREDENTIAL_UNTRUSTED',
    });
    expect(TOKENS.read(held.token, [])).toMatchObject({ code: 'CREDENTIAL_UNTRUSTED' });
    expect(TOKENS.read(held.token, ['not a key', '00'.repeat(32)])).toMatchObject({
      code: 'CREDENTIAL_UNTRUSTED',
    });
  });

  it.each([
    ['never expires', { checks: [] }],
    [
      'expires within a second',
      { checks: [{ kind: 'time', notAfter: parseInstant('2026-11-21T12:00:00.001Z') }] },
    ],
    [
      'expires before 1970',
      { checks: [{ kind: 'time', notAfter: parseInstant('1969-12-31T23:59:59.000Z') }] },
    ],
    ['has a check without alternatives', { checks: [LIFE, { kind: 'operation', anyOf: [] }] }],
    ['has an alternative twice', { checks: [LIFE, { kind: 'model', anyOf: ['a', 'a'] }] }],
    ['has 65 checks', { checks: Array.from({ length: 65 }, () => LIFE) }],
    ['names a resource that is none', { checks: [LIFE, { kind: 'resource', anyOf: ['acme//core'] }] }],
    ['has a negative depth', { checks: [LIFE, { kind: 'depth', atMost: -1 }] }],
    ['has a broken depth', { checks: [LIFE, { kind: 'depth', atMost: 1.5 }] }],
    ['has an empty principal', { principal: '' }],
    ['has a principal with a control character', { principal: 'a\u001b[31m' }],
    ['has a principal that is not well-formed', { principal: '\ud800' }],
    ['has a session longer than 1 KiB', { session: 'é'.repeat(513) }],
    ['was issued before 1970', { issued: parseInstant('1969-12-31T23:59:59.000Z') }],
    ['is for no repository', { repo: 'hg-short' }],
  ] satisfies readonly (readonly [string, Parameters<typeof mintHeld>[0]])[])(
    'is refused where it %s',
    (_, block) => {
      expect(() => mintHeld(block)).toThrow(expect.objectContaining({ code: 'TOKEN_INVALID' }));
    },
  );

  it('is refused for a holder of small order', () => {
    const mint = (): unknown =>
      TOKENS.mint(newRoot(), {
        principal: 'p',
        session: 's',
        repo: '*',
        holder: `01${'00'.repeat(31)}`,
        issued: NOON,
        checks: [LIFE],
      });
    expect(mint).toThrow(expect.objectContaining({ code: 'TOKEN_INVALID' }));
  });

  it('is refused for a root key that does not match itself', () => {
    const root = { ...newRoot(), publicKey: newRoot().publicKey };
    expect(() => mintHeld({}, root)).toThrow(expect.objectContaining({ code: 'TOKEN_INVALID' }));
  });
});

describe('an attenuated token', () => {
  it('names each child, in order, and is held by the last', () => {
    const parent = mintHeld();
    const child = delegate(parent, {
      agent: 'writer',
      provider: 'anthropic',
      model: 'opus',
      checks: ALL_KINDS,
    });
    const grandchild = delegate(child, { agent: 'reviewer' });
    const chain = readChain(grandchild);
    expect(chain.blocks.slice(1)).toEqual([
      {
        kind: 'delegation',
        agent: 'writer',
        provider: 'anthropic',
        model: 'opus',
        holder: child.holder.publicKey,
        checks: ALL_KINDS,
      },
      {
        kind: 'delegation',
        agent: 'reviewer',
        provider: null,
        model: null,
        holder: grandchild.holder.publicKey,
        checks: [],
      },
    ]);
    expect(chain.holder).toBe(grandchild.holder.publicKey);
    expect(new Set(chain.revocationIds).size).toBe(3);
  });

  it('keeps the revocation ids of its parent', () => {
    const parent = mintHeld();
    const child = readChain(delegate(parent));
    expect(child.revocationIds[0]).toBe(readChain(parent).revocationIds[0]);
  });

  it('cannot be made by anybody but the current holder', () => {
    const parent = mintHeld();
    const child = delegate(parent);
    const thief = { ...child, holder: parent.holder };
    expect(() => delegate(thief)).toThrow(expect.objectContaining({ code: 'TOKEN_INVALID' }));
    const liar = { ...child, holder: { publicKey: child.holder.publicKey, secret: parent.holder.secret } };
    expect(() => delegate(liar)).toThrow(expect.objectContaining({ code: 'TOKEN_INVALID' }));
  });

  it('may have 12 blocks and not 13', () => {
    const full = chainOf(11);
    expect(readChain(full).blocks.length).toBe(12);
    expect(() => delegate(full)).toThrow(expect.objectContaining({ code: 'TOKEN_INVALID' }));
  });

  it('may not outgrow 16 KiB', () => {
    const model = Array.from({ length: 8 }, (_, index) => `${index}`.padEnd(1024, 'x'));
    const parent = delegate(mintHeld(), { checks: [{ kind: 'model', anyOf: model }] });
    expect(() => delegate(parent, { checks: [{ kind: 'model', anyOf: model }] })).toThrow(
      expect.objectContaining({ code: 'TOKEN_INVALID' }),
    );
  });

  it('is refused where its parent is unreadable', () => {
    const parent = mintHeld();
    const torn = { ...parent, token: parent.token.slice(0, -1) };
    expect(() => delegate(torn)).toThrow(expect.objectContaining({ code: 'TOKEN_INVALID' }));
  });
});

describe('a sealed token', () => {
  it('says what the open one said and cannot be extended', () => {
    const open = chainOf(2);
    const sealed = { ...open, token: TOKENS.seal(open.token) };
    expect(readChain(sealed)).toEqual({ ...readChain(open), sealed: true });
    expect(() => delegate(sealed)).toThrow(expect.objectContaining({ code: 'TOKEN_INVALID' }));
  });

  it('is the same every time, and sealing it again returns it', () => {
    const { token } = chainOf(1);
    const sealed = TOKENS.seal(token);
    expect(TOKENS.seal(token)).toEqual(sealed);
    expect(TOKENS.seal(sealed)).toEqual(sealed);
  });

  it('does not hold the secret that extends the open one', () => {
    const { token } = chainOf(1);
    const secret = formatHex(token.slice(-32));
    expect(formatHex(TOKENS.seal(token))).not.toContain(secret);
  });

  it('that was read before is judged by its bytes and by the roots of this time', () => {
    const held = chainOf(2);
    const sealed = TOKENS.seal(held.token);
    const roots = [held.root.publicKey];
    const first = TOKENS.read(sealed, roots);
    expect(first).toMatchObject({ kind: 'chain', chain: { root: held.root.publicKey } });
    expect(TOKENS.read(sealed, roots)).toEqual(first);
    expect(TOKENS.read(sealed, [newRoot().publicKey])).toMatchObject({ code: 'CREDENTIAL_UNTRUSTED' });
    for (let at = 0; at < sealed.length; at += 1) {
      const flipped = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ 1 : byte));
      expect(TOKENS.read(flipped, roots)).toMatchObject({ kind: 'unreadable' });
    }
    expect(TOKENS.read(sealed, roots)).toEqual(first);
  });

  it('cannot be made of what is no token', () => {
    expect(() => TOKENS.seal(Uint8Array.of(1, 2, 3))).toThrow(
      expect.objectContaining({ code: 'TOKEN_INVALID' }),
    );
  });
});

describe('inspecting', () => {
  it("shows a stranger's token without trusting it", () => {
    const held = delegate(mintHeld(), { agent: 'writer' });
    const { blocks, revocationIds } = readChain(held);
    expect(TOKENS.inspect(held.token)).toEqual({ kind: 'readable', blocks, revocationIds, sealed: false });
    expect(TOKENS.inspect(TOKENS.seal(held.token))).toMatchObject({ sealed: true });
  });

  it('still refuses a token whose later signatures do not hold', () => {
    const held = delegate(mintHeld());
    const broken = held.token.slice();
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
    expect(TOKENS.inspect(broken)).toMatchObject({ kind: 'unreadable' });
  });
});

describe('the Datalog of a block', () => {
  it('is written from the decoded block, escaped', () => {
    const chain = readChain(mintHeld({ principal: 'a"b\\', checks: ALL_KINDS }));
    expect(blockDatalog(chain.authority)).toEqual([
      'token_version(1)',
      String.raw`principal("a\"b\\")`,
      'session("session-1")',
      `repo("${REPO}")`,
      `holder(hex:${chain.holder})`,
      'issued(2026-11-21T12:00:00Z)',
      'check if time($time), $time <= 2026-11-22T00:00:00Z',
      'check if operation("state:capture") or operation("state:read")',
      'check if within("acme/core@task") or within("acme/core:src/a b")',
      'check if actor_provider("anthropic") or actor_provider("owner")',
      String.raw`check if actor_model("opus \"1\"\\")`,
      'check if depth($depth), $depth <= 2',
    ]);
  });
});

describe('reading anything else', () => {
  it('never throws and never takes long', () => {
    const inputs = [
      new Uint8Array(),
      new Uint8Array(1_000_000),
      new Uint8Array(16_384).fill(0x1a),
      new Uint8Array(16_384).fill(0xff),
      Uint8Array.from({ length: 16_384 }, (_, index) => (index % 2 === 0 ? 0x1a : 0)),
    ];
    const before = process.cpuUsage();
    for (const input of inputs) {
      expect(TOKENS.read(input, [newRoot().publicKey])).toMatchObject({ code: 'CREDENTIAL_MALFORMED' });
      expect(TOKENS.inspect(input).kind).toBe('unreadable');
    }
    // What this process worked, in microseconds: a loaded machine makes it no more.
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });

  it('makes holder keys that sign', () => {
    const holder = TOKENS.newHolder();
    const message = Uint8Array.of(1);
    expect(rawEd25519.verifyRaw(holder.publicKey, message, rawEd25519.signRaw(holder.secret, message))).toBe(
      true,
    );
    expect(MIDNIGHT > NOON).toBe(true);
  });
});
