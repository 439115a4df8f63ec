import { beforeAll, describe, expect, it } from 'vitest';
import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorisationRequest, EvaluateToken } from '#domain/decision/decision.ts';
import { foretell } from '#domain/decision/foretell.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { parseInstant } from '#domain/time.ts';
import type { TokenCheck } from '#domain/token/token.ts';
import { openWholeEngine, type WholeEngine } from '../../support/tokens/biscuit-engine.ts';
import { DEV, NOW, OWNER, requestBy, viewWith } from '../../support/decisions.ts';
import { engineAccepts } from '../../support/tokens/forge-token.ts';
import { ATTACKS, type Attacker } from '../../support/model/attacks.ts';
import { Chance } from '../../support/model/random.ts';
import { delegate, LIFE, mintHeld, newRoot, readChain, TOKENS, type Held } from '../../support/tokens.ts';
import { DEEP, SEED } from '../../support/seed.ts';

const RUNS = DEEP ? 5000 : 300;

const ROOTS = { [DEV]: newRoot(DEV), [OWNER]: newRoot(OWNER) };
const stranger = newRoot(OWNER);
let engine: WholeEngine;
let evaluate: EvaluateToken;
beforeAll(async () => {
  engine = await openWholeEngine();
  evaluate = await TOKENS.loadEngine();
});

/** Both may do everything at the repository, but for what dev holds only as a developer. */
function view(): AuthorityView {
  const made = viewWith([{ principal: DEV, role: 'developer', resource: 'acme/core' }]);
  const principals = made.principals.map((entry) => {
    const root = entry.principal === DEV ? ROOTS[DEV] : ROOTS[OWNER];
    return { ...entry, keys: { ...entry.keys, root: root?.publicKey ?? '' } };
  });
  return { ...made, principals };
}
const VIEW = view();

/**
 * Checks that do not hold for the request below; at least one of a chain's blocks has one. None on provider or model:
 * those are what a holder says of a child, and no authority.
 */
const REFUSING: readonly TokenCheck[] = [
  { kind: 'operation', anyOf: ['state:read', 'thread:start'] },
  { kind: 'resource', anyOf: ['acme/core@task:docs', 'acme/core-evil'] },
  { kind: 'time', notAfter: parseInstant('2026-11-21T11:59:59.000Z') },
  { kind: 'depth', atMost: 0 },
];
const HOLDING: readonly TokenCheck[] = [
  { kind: 'operation', anyOf: ['state:capture', 'state:read'] },
  { kind: 'resource', anyOf: ['acme/core@task'] },
  { kind: 'depth', atMost: 9 },
];

interface Wanted {
  readonly operation: AuthorisationRequest['operation'];
  readonly refusedFor: 'scope' | 'role' | 'floor';
}
const WANTED: readonly Wanted[] = [
  { operation: 'state:capture', refusedFor: 'scope' },
  { operation: 'state:capture', refusedFor: 'scope' },
  { operation: 'review', refusedFor: 'role' },
  { operation: 'grant:write', refusedFor: 'floor' },
];

/** A chain under which the request is denied, and its last holder. */
function deniedChain(chance: Chance, { refusedFor }: Wanted): Held {
  const count = 1 + chance.below(3);
  const narrow = chance.below(count);
  let held = mintHeld({ repo: '*', checks: [LIFE] }, ROOTS[DEV]);
  for (let index = 0; index < count; index += 1) {
    const refusing = refusedFor === 'scope' && index === narrow ? [chance.of(REFUSING)] : [];
    const checks = [...refusing, ...chance.some(HOLDING, 0, 2)];
    held = delegate(held, { agent: `agent-${index}`, checks });
  }
  return held;
}

/** Asked by whoever has the keys; the holder that signs is the chain's own wherever the attacker has its key. */
function askedBy(
  attacker: Attacker,
  wanted: Wanted,
  token: Uint8Array,
): { readonly request: AuthorisationRequest; readonly read: boolean } {
  const roots = VIEW.principals.map(({ keys }) => keys.root);
  const credential = TOKENS.read(token, roots);
  const chain = credential.kind === 'chain' ? credential.chain : readChain(attacker.held);
  const keys = [attacker.held.holder, ...attacker.strangers].map(({ publicKey }) => publicKey);
  const holder = keys.find((key) => key === chain.holder) ?? keys[0] ?? null;
  const request = requestBy(chain, VIEW, {
    operation: wanted.operation,
    resources: ['acme/core@task:src/a.ts'],
    credential,
    holder,
    unlocked: [],
    granting: wanted.operation === 'grant:write' ? 'developer' : null,
    now: NOW,
  });
  return { request, read: credential.kind === 'chain' };
}

function allows(attacker: Attacker, wanted: Wanted, token: Uint8Array): boolean {
  const { request } = askedBy(attacker, wanted, token);
  const decision = authorise(request, evaluate);
  expect(foretell(request)).toEqual(decision);
  return decision.kind === 'allow';
}

describe('a denied token', () => {
  it('is made an allowed one by nothing that its holder does to its bytes', () => {
    const chance = new Chance(SEED);
    const tried = new Map<string, number>();
    const byEngine = new Map<string, number>();
    let read = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const wanted = chance.of(WANTED);
      const held = deniedChain(chance, wanted);
      const other = deniedChain(chance, wanted);
      const attacker: Attacker = { held, other, strangers: [stranger, TOKENS.newHolder()], engine };
      expect(allows(attacker, wanted, held.token)).toBe(false);
      let token = held.token;
      const names: string[] = [];
      for (let step = 0; step <= chance.below(3); step += 1) {
        const [name, attack] = chance.of(ATTACKS);
        token = attack(token, attacker, chance) ?? token;
        names.push(name);
        tried.set(name, (tried.get(name) ?? 0) + 1);
        if (!engineTakes(token)) continue;
        const { read: isRead } = askedBy(attacker, wanted, token);
        if (isRead) read += 1;
        else byEngine.set(name, (byEngine.get(name) ?? 0) + 1);
      }
      expect(allows(attacker, wanted, token), `seed ${SEED} run ${run}: ${names.join(', ')}`).toBe(false);
    }
    // The engine verifies signatures, and takes many that only the strict reader refuses.
    const refusedByReaderAlone = [...byEngine.values()].reduce((sum, count) => sum + count, 0);
    console.log(`${refusedByReaderAlone} taken by the engine alone, ${read} read by both`, byEngine);
    expect(refusedByReaderAlone).toBeGreaterThan(RUNS / 10);
    expect(read).toBeGreaterThan(RUNS / 20);
    for (const [name] of ATTACKS) expect(tried.get(name) ?? 0, name).toBeGreaterThan(RUNS / 100);
  }, 600_000);

  it('would be an allowed one if the reader believed who signs a block, or the engine were not asked', () => {
    const wanted: Wanted = { operation: 'state:capture', refusedFor: 'scope' };
    const elsewhere: TokenCheck = { kind: 'resource', anyOf: ['acme/core@task:docs'] };
    const held = delegate(mintHeld({ repo: '*', checks: [LIFE] }, ROOTS[DEV]), { checks: [elsewhere] });
    const attacker: Attacker = { held, other: held, strangers: [stranger], engine };
    const { request } = askedBy(attacker, wanted, held.token);
    const chain = readChain(held);
    const unchecked = { ...chain, blocks: chain.blocks.slice(0, 1), holder: held.holder.publicKey };
    const believed: AuthorisationRequest = {
      ...request,
      credential: { kind: 'chain', chain: unchecked, bytes: held.token },
      actor: { ...request.actor, agent: null },
    };
    expect(authorise(believed, () => ({ kind: 'allow' })).kind).toBe('allow');
    // The engine reads the bytes again, and two evaluations that differ allow nothing.
    expect(authorise(believed, evaluate)).toMatchObject({ denial: { code: 'EVALUATION_LIMIT' } });
  });
});

function engineTakes(token: Uint8Array): boolean {
  return [...Object.values(ROOTS), stranger].some((root) => engineAccepts(engine, token, root.publicKey));
}
