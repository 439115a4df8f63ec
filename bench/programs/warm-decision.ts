import { rawEd25519 } from '#crypto/ed25519.ts';
import { createHasher } from '#crypto/hasher.ts';
import type { AuthorityView, Grant, RegisteredPrincipal } from '#domain/authority/authority.ts';
import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorisationRequest, EvaluateToken } from '#domain/decision/decision.ts';
import { formatId, type AuthorityId } from '#domain/id.ts';
import { parseInstant } from '#domain/time.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';
import type { HolderKey } from '#ports/keys.ts';
import type { TokenService } from '#ports/tokens.ts';
import { createTokenService } from '#tokens/tokens.ts';

/*
 * Times, in one process that does nothing else, what a decision costs: reading and verifying a token, and authorising
 * by it; and appending a block. Prints `[{ name, times }]` in milliseconds: `program REPETITIONS`.
 */

const REPETITIONS = Number(process.argv[2] ?? 10);
const WARM_UP = 20;
const BLOCKS = [1, 5, 10];
const GRANTS = [10, 10_000];
const PRINCIPALS = 100;
const NOW = parseInstant('2026-01-01T12:00:00.000Z');
const UNTIL = parseInstant('2026-01-02T00:00:00.000Z');
const OWNER = 'owner@example.com';
const hasher = createHasher();
const tokens = createTokenService(rawEd25519);

interface Figure {
  readonly name: string;
  readonly times: readonly number[];
}

interface Chain {
  readonly token: Uint8Array;
  readonly holder: HolderKey;
}

function idOf(name: string): AuthorityId {
  return formatId('hg', hasher.hash('authority', new TextEncoder().encode(name)));
}

/** Half of the grants are the owner's own, all but one of them elsewhere; the rest is other people's. */
function viewOf(root: PublicKeyHex, grants: number): AuthorityView {
  const names = [OWNER, ...Array.from({ length: PRINCIPALS }, (_, index) => `dev${index}@example.com`)];
  const principals = names.map((principal): RegisteredPrincipal => {
    const key = (): PublicKeyHex => tokens.newHolder().publicKey;
    const keys = { root: principal === OWNER ? root : key(), record: key() };
    return { principal, keys, since: NOW, revoked: false };
  });
  const given = Array.from({ length: grants - 1 }, (_, index): Grant => {
    const principal = index % 2 === 0 ? OWNER : (names[1 + (index % PRINCIPALS)] ?? OWNER);
    const resource = `bench/tree@area/${index}`;
    return {
      id: idOf(`grant ${index}`),
      principal,
      role: 'developer',
      resource,
      by: OWNER,
      since: NOW,
      until: null,
    };
  });
  const genesis = idOf('genesis');
  const own = {
    principal: OWNER,
    role: 'owner',
    resource: 'bench/tree',
    by: OWNER,
    since: NOW,
    until: null,
  } as const;
  return {
    genesis,
    head: idOf('head'),
    seq: grants,
    repository: 'bench/tree',
    principals,
    grants: [{ id: genesis, ...own }, ...given],
    everOwners: [OWNER],
    replicas: [],
    revokedSessions: [],
    revokedBlocks: [],
    frozen: null,
    consents: [],
    policies: [],
  };
}

/** A token of so many blocks, each handed on to another agent with the same scope. */
function chainOf(root: HolderKey, blocks: number): Chain {
  const end = { kind: 'time', notAfter: UNTIL } as const;
  let holder = tokens.newHolder();
  let token = tokens.mint(
    { principal: OWNER, publicKey: root.publicKey, secret: root.secret },
    { principal: OWNER, session: 'bench', repo: '*', holder: holder.publicKey, issued: NOW, checks: [end] },
  );
  for (let made = 1; made < blocks; made += 1) {
    const next = tokens.newHolder();
    token = attenuated({ token, holder }, next.publicKey, made);
    holder = next;
  }
  return { token, holder };
}

function attenuated({ token, holder }: Chain, next: PublicKeyHex, number: number): Uint8Array {
  return tokens.attenuate(token, holder, {
    agent: `agent-${number}`,
    holder: next,
    provider: null,
    model: null,
    checks: [
      { kind: 'operation', anyOf: ['state:capture'] },
      { kind: 'resource', anyOf: ['bench/tree@task'] },
      { kind: 'time', notAfter: UNTIL },
    ],
  });
}

function decide(chain: Chain, authority: AuthorityView, evaluate: EvaluateToken): void {
  const roots = authority.principals.map(({ keys }) => keys.root);
  const credential = tokens.read(chain.token, roots);
  if (credential.kind !== 'chain') throw new Error(`the token is not read: ${credential.why}`);
  const leaf = credential.chain.blocks.findLast((block) => block.kind === 'delegation');
  const actor = { principal: OWNER, agent: leaf?.agent ?? null, provider: null, model: null };
  const request: AuthorisationRequest = {
    operation: 'state:capture',
    resources: ['bench/tree@task/bench:src/a.ts'],
    credential,
    holder: credential.chain.holder,
    actor: { ...actor, session: null, confidence: null },
    contradictions: [],
    unlocked: [],
    granting: null,
    now: NOW,
    authority,
  };
  const decision = authorise(request, evaluate);
  if (decision.kind !== 'allow') throw new Error(`denied: ${decision.denial.code}`);
}

function time(name: string, work: () => void): Figure {
  for (let turn = 0; turn < WARM_UP; turn += 1) work();
  const times = Array.from({ length: REPETITIONS }, () => {
    const begin = performance.now();
    work();
    return performance.now() - begin;
  });
  return { name, times };
}

function figures(evaluate: EvaluateToken, service: TokenService): readonly Figure[] {
  const root = service.newHolder();
  const views = GRANTS.map((grants) => [grants, viewOf(root.publicKey, grants)] as const);
  return BLOCKS.flatMap((blocks) => {
    const chain = chainOf(root, blocks);
    const next = service.newHolder().publicKey;
    const named = `${blocks} ${blocks === 1 ? 'block' : 'blocks'}`;
    return [
      ...views.map(([grants, view]) =>
        time(`decision, ${named}, ${grants.toLocaleString('en')} grants`, () =>
          decide(chain, view, evaluate),
        ),
      ),
      time(`attenuate, ${named}`, () => void attenuated(chain, next, blocks)),
    ];
  });
}

process.stdout.write(JSON.stringify(figures(await tokens.loadEngine(), tokens)));
