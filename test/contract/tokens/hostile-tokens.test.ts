import { beforeAll, describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import type { HolderKey } from '#ports/keys.ts';
import { writeMessage } from '#tokens/wire/message.ts';
import { openWholeEngine, type WholeEngine } from '../../support/tokens/biscuit-engine.ts';
import { engineAccepts, forgeToken, signBlocks, type ForgedBlock } from '../../support/tokens/forge-token.ts';
import { readLoosely } from '../../support/tokens/loose-biscuit.ts';
import { delegate, mintHeld, newRoot, REPO, TOKENS } from '../../support/tokens.ts';

/** Every token here is soundly signed and taken by the engine: only the strict reader stands in its way. */
const root = newRoot();
const holder = TOKENS.newHolder();
const child = TOKENS.newHolder();
const FACTS = [
  'token_version(1);',
  'principal("dev@example.com");',
  'session("session-1");',
  `repo("${REPO}");`,
  `holder(hex:${holder.publicKey});`,
  'issued(2026-11-21T12:00:00Z);',
];
const LIFE = 'check if time($time), $time <= 2026-11-22T00:00:00Z;';
const OWN = [...FACTS, LIFE].join(' ');
const CHILD = `agent("worker"); holder(hex:${child.publicKey});`;

let engine: WholeEngine;
beforeAll(async () => {
  engine = await openWholeEngine();
});

function forge(...blocks: readonly ForgedBlock[]): Uint8Array {
  return forgeToken(engine, root, blocks);
}

function read(token: Uint8Array): ReturnType<typeof TOKENS.read> {
  return TOKENS.read(token, [root.publicKey]);
}

/** The contents of the one authority block that both sides take. */
function soundContents(): Uint8Array {
  const block = readLoosely(forge({ code: OWN })).blocks[0]?.block;
  if (block === undefined) throw new Error('a token has a block');
  return block;
}

/** What the engine itself does with more takes the square of them. */
const FAR_TOO_MANY = process.env['HEDDLE_TEST_DEEP'] !== '1' ? 120 : 500;

describe('what the engine writes in our shape', () => {
  it('is taken: the refusals below are for what differs from it', () => {
    const token = forge(
      {
        code: `${OWN} check if operation("state:read") or operation("review"); check if depth($depth), $depth <= 2;`,
      },
      { code: `${CHILD} provider("anthropic"); check if actor_provider("anthropic");`, by: holder },
      { code: 'check if operation("state:read"); check if within("acme/core");' },
      { code: `check if operation("state:read"); check if actor_model("opus"); ${budget(child)}` },
    );
    expect(engineAccepts(engine, token, root.publicKey)).toBe(true);
    expect(read(token)).toMatchObject({
      kind: 'chain',
      chain: {
        holder: child.publicKey,
        blocks: [
          { kind: 'authority' },
          { kind: 'delegation', provider: 'anthropic', model: null },
          { kind: 'attenuation' },
          {
            kind: 'attenuation',
            checks: [
              { kind: 'operation' },
              { kind: 'model', anyOf: ['opus'] },
              { kind: 'budget', budget: 'states', holder: child.publicKey, atMost: 5 },
            ],
          },
        ],
      },
    });
  });

  it('may be a first-party block that the engine itself appends to our token', () => {
    const held = delegate(mintHeld({}, root));
    const block = new engine.BlockBuilder();
    block.addCode('check if operation("state:read")');
    const parsed = engine.Biscuit.fromBytes(held.token, engine.PublicKey.fromString(root.publicKey, 0));
    expect(read(parsed.appendBlock(block).toBytes())).toMatchObject({
      kind: 'chain',
      chain: { holder: held.holder.publicKey, blocks: [{}, {}, { kind: 'attenuation' }] },
    });
  });
});

describe('a first block that the engine takes is refused where it', () => {
  it.each([
    ['holds a rule', `${OWN} role("owner") <- principal($p);`],
    ['holds one fact more', `${OWN} grant("owner", "acme");`],
    ['holds a fact twice', `${FACTS[0] ?? ''} ${OWN}`],
    ['holds its facts in another order', [...FACTS.toReversed(), LIFE].join(' ')],
    ['lacks its session', OWN.replace('session("session-1");', '')],
    ['has another version', OWN.replace('token_version(1)', 'token_version(2)')],
    ['has a negative version', OWN.replace('token_version(1)', 'token_version(-1)')],
    ['has a principal that is a number', OWN.replace('"dev@example.com"', '7')],
    ['has a holder of 31 bytes', OWN.replace(holder.publicKey, holder.publicKey.slice(2))],
    ['has a holder of small order', OWN.replace(holder.publicKey, `01${'00'.repeat(31)}`)],
    ['never expires', FACTS.join(' ')],
    ['expires in a million years', OWN.replace('2026-11-22', '9999-12-31') + 'check if $x == 1, time($x);'],
    ['trusts other blocks', `${OWN} check if operation("state:read") trusting previous;`],
    ['asks for two facts at once', `${OWN} check if operation("state:read"), within("acme/core");`],
    ['mixes alternatives', `${OWN} check if operation("state:read") or within("acme/core");`],
    ['uses check all', `${OWN} check all operation($o), $o == "state:read";`],
    ['uses reject if', `${OWN} reject if operation("state:read");`],
    ['matches by expression', `${OWN} check if operation($o), $o.matches("state:.*");`],
    ['compares strictly', `${OWN} check if time($time), $time < 2026-11-22T00:00:00Z;`],
    ['compares the other way', `${OWN} check if depth($depth), $depth >= 1;`],
    ['compares twice', `${OWN} check if depth($depth), $depth <= 2, $depth <= 1;`],
    ['compares another variable', `${OWN} check if time($t), $t <= 2026-11-22T00:00:00Z;`],
    ['bounds a depth by a date', `${OWN} check if depth($depth), $depth <= 2026-11-22T00:00:00Z;`],
    ['asks for any operation', `${OWN} check if operation($operation);`],
    ['names an unknown operation', `${OWN} check if operation("state:destroy");`],
    ['names no resource', `${OWN} check if within("acme/../core");`],
    ['counts for another key', `${OWN} ${budget(child)}`],
    ['has two budgets of a kind', `${OWN} ${budget(holder)} ${budget(holder, { atMost: '2' })}`],
    ['has a budget that names nobody', `${OWN} check if spent_states($spent), $spent <= 5;`],
    ['has a budget for everybody', `${OWN} check if spent_states($h, $spent), $spent <= 5;`],
    ['has a budget for a text', `${OWN} check if spent_states("me", $spent), $spent <= 5;`],
    ['has a budget of an unknown kind', `${OWN} ${budget(holder, { name: 'spent_money' })}`],
    ['has a negative budget', `${OWN} ${budget(holder, { atMost: '-1' })}`],
    ['has a budget that is a date', `${OWN} ${budget(holder, { atMost: '2026-11-22T00:00:00Z' })}`],
    [
      'has a budget of three terms',
      `${OWN} check if spent_states(hex:${holder.publicKey}, $spent, 1), $spent <= 5;`,
    ],
    ['has a budget without bound', `${OWN} check if spent_states(hex:${holder.publicKey}, $spent);`],
    ['asks for an exact count', `${OWN} check if spent_states(hex:${holder.publicKey}, 0);`],
    ['has a budget with alternatives', `${OWN} ${budget(holder).slice(0, -1)} or operation("undo");`],
    ['gives a fact two terms', OWN.replace('session("session-1")', 'session("session-1", "x")')],
    [
      'says itself what was spent',
      `${OWN.replace(LIFE, '')} spent_states(hex:${holder.publicKey}, 0); ${LIFE}`,
    ],
    ['asks for a foreign fact', `${OWN} check if right("read");`],
    ['names the check on providers as the fact', `${OWN} check if provider("anthropic");`],
    ['always holds', `${OWN} check if true;`],
    ['has a text longer than 1 KiB', `${OWN} check if actor_model("${'x'.repeat(1025)}");`],
    ['has a control character in a text', OWN.replace('session-1', 'a\u0007b')],
    ['has 65 checks', `${OWN} ${'check if operation("undo");'.repeat(64)}`],
    ['has 65 alternatives', `${OWN} check if ${alternatives(65)};`],
  ])('%s', (_, code) => {
    const token = forge({ code });
    expect(engineAccepts(engine, token, root.publicKey)).toBe(true);
    expect(read(token)).toMatchObject({ kind: 'unreadable', code: 'CREDENTIAL_MALFORMED' });
    expect(TOKENS.inspect(token).kind).toBe('unreadable');
  });
});

function budget(
  { publicKey }: Pick<HolderKey, 'publicKey'>,
  { name = 'spent_states', atMost = '5' } = {},
): string {
  return `check if ${name}(hex:${publicKey}, $spent), $spent <= ${atMost};`;
}

function alternatives(count: number): string {
  return Array.from({ length: count }, (_, index) => `actor_model("m${index}")`).join(' or ');
}

describe('a later block that the engine takes is refused where', () => {
  const CASES: readonly (readonly [string, () => readonly ForgedBlock[], string])[] = [
    [
      'a first-party one names a holder',
      () => [{ code: `holder(hex:${child.publicKey})` }],
      'CREDENTIAL_MALFORMED',
    ],
    ['a first-party one grants', () => [{ code: 'grant("owner", "acme")' }], 'CREDENTIAL_MALFORMED'],
    ['a first-party one names an agent', () => [{ code: CHILD }], 'CREDENTIAL_MALFORMED'],
    ['a first-party one says nothing', () => [{ code: '' }], 'CREDENTIAL_MALFORMED'],
    ['a third-party one has no agent', () => [{ code: LIFE, by: holder }], 'CREDENTIAL_MALFORMED'],
    [
      'a third-party one grants',
      () => [{ code: `${CHILD} grant("a", "b");`, by: holder }],
      'CREDENTIAL_MALFORMED',
    ],
    [
      'a third-party one has a rule',
      () => [{ code: `${CHILD} a($b) <- c($b);`, by: holder }],
      'CREDENTIAL_MALFORMED',
    ],
    [
      'a third-party one names its model first',
      () => [{ code: `${CHILD} model("m"); provider("p");`, by: holder }],
      'CREDENTIAL_MALFORMED',
    ],
    [
      'a third-party one trusts a key',
      () => [{ code: `${CHILD} check if agent("worker") trusting ed25519/${holder.publicKey};`, by: holder }],
      'CREDENTIAL_MALFORMED',
    ],
    [
      'a third-party one counts for the key before it',
      () => [{ code: `${CHILD} ${budget(holder)}`, by: holder }],
      'CREDENTIAL_MALFORMED',
    ],
    [
      'a first-party one counts for a key further above',
      () => [{ code: CHILD, by: holder }, { code: budget(holder) }],
      'CREDENTIAL_MALFORMED',
    ],
    [
      'a third-party one says what was spent',
      () => [{ code: `${CHILD} spent_states(hex:${child.publicKey}, 0);`, by: holder }],
      'CREDENTIAL_MALFORMED',
    ],
    ['a stranger signed it', () => [{ code: CHILD, by: TOKENS.newHolder() }], 'CREDENTIAL_TAMPERED'],
    [
      'a holder from before signed it',
      () => [
        { code: CHILD, by: holder },
        { code: CHILD, by: holder },
      ],
      'CREDENTIAL_TAMPERED',
    ],
    ['the child signed its own block', () => [{ code: CHILD, by: child }], 'CREDENTIAL_TAMPERED'],
    ['there are 13 blocks', () => Array.from({ length: 12 }, () => ({ code: LIFE })), 'CREDENTIAL_MALFORMED'],
    [
      'there are far too many blocks',
      () => Array.from({ length: FAR_TOO_MANY }, () => ({ code: LIFE })),
      'CREDENTIAL_MALFORMED',
    ],
  ];

  it.each(CASES)('%s', (_, blocks, code) => {
    const token = forge({ code: OWN }, ...blocks());
    expect(engineAccepts(engine, token, root.publicKey)).toBe(true);
    const before = process.cpuUsage();
    expect(read(token)).toMatchObject({ kind: 'unreadable', code });
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });
});

describe('an encoding that the engine takes is refused where', () => {
  const sign = (block: Uint8Array, key: HolderKey = root): Uint8Array => signBlocks(key, [{ block }]);
  const CASES: readonly (readonly [string, () => Uint8Array])[] = [
    ['it has a root key id', () => concatBytes(Uint8Array.of(8, 1), sign(soundContents()))],
    ['it has an unknown field', () => concatBytes(sign(soundContents()), writeMessage([[15, utf8('x')]]))],
    ['a number is longer than it need be', () => sign(lengthenVersion(soundContents()))],
    ['a block has a context', () => sign(concatBytes(soundContents(), writeMessage([[2, utf8('hello')]])))],
    [
      'a block has an unused symbol',
      () => sign(concatBytes(soundContents(), writeMessage([[1, utf8('unused')]]))),
    ],
    ['a block has an unknown field', () => sign(concatBytes(soundContents(), writeMessage([[99, 1]])))],
    ['a block is of another version', () => sign(lastVersion(soundContents(), 4))],
    ['it is signed in version 0', engineSigned],
  ];

  it.each(CASES)('%s', (_, make) => {
    const token = make();
    expect(engineAccepts(engine, token, root.publicKey)).toBe(true);
    expect(read(token)).toMatchObject({ kind: 'unreadable', code: 'CREDENTIAL_MALFORMED' });
  });

  it('a key is not an Ed25519 key', () => {
    const token = secp256r1Signed();
    expect(engineAccepts(engine, token, root.publicKey)).toBe(true);
    expect(read(token)).toMatchObject({
      code: 'CREDENTIAL_MALFORMED',
      why: 'a key is not an Ed25519 key',
    });
  });

  it('is taken where nothing of it differs', () => {
    expect(read(sign(soundContents())).kind).toBe('chain');
  });
});

/** The version field once more, as two bytes: the last one counts. */
function lengthenVersion(block: Uint8Array): Uint8Array {
  return concatBytes(block, Uint8Array.of(0x18, 0x83, 0x00));
}

function lastVersion(block: Uint8Array, version: number): Uint8Array {
  return concatBytes(block, writeMessage([[3, version]]));
}

function engineSigned(): Uint8Array {
  const builder = new engine.BiscuitBuilder();
  builder.addCode(OWN);
  const secret = Buffer.from(root.secret).toString('hex');
  return builder.build(engine.PrivateKey.fromString(`ed25519-private/${secret}`)).toBytes();
}

/** A block by the engine whose external key is of the other curve; our token before it. */
function secp256r1Signed(): Uint8Array {
  const held = mintHeld({}, root);
  const parsed = engine.Biscuit.fromBytes(held.token, engine.PublicKey.fromString(root.publicKey, 0));
  const block = new engine.BlockBuilder();
  block.addCode(CHILD);
  const pair = new engine.KeyPair(1);
  const made = parsed.getThirdPartyRequest().createBlock(pair.getPrivateKey(), block);
  return parsed.appendThirdPartyBlock(pair.getPublicKey(), made).toBytes();
}
