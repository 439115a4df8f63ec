import type {
  CaseBlock,
  CaseChain,
  CaseCheck,
  CaseGrant,
  CasePolicy,
  DecisionCase,
} from './decision-case.ts';
import { naiveActor, NAIVE_OPERATIONS, NAIVE_ROLES } from '../naive-decision.ts';
import { aboveOf } from './above.ts';
import type { Chance } from './random.ts';

/**
 * Resources that are easily taken for one another: beginnings of segments, dots, case, normal forms, escapes,
 * threads, branches and paths of one name, repositories below repositories.
 */
const RESOURCES = [
  'acme/core',
  'acme/core@task',
  'acme/core@task/login',
  'acme/core@task/login:src',
  'acme/core@task/login:src/a.ts',
  'acme/core@task:src/a.ts',
  'acme/core@task-2:src/a.ts',
  'acme/core@Task:src/a.ts',
  'acme/core@src',
  'acme/core:src',
  'acme/core:src/a.ts',
  'acme/core:sr',
  'acme/core:SRC/a.ts',
  'acme/core:src.d/a.ts',
  'acme/core@task:a/b',
  'acme/core@task:a/bc',
  'acme/core@task:a/b/c',
  'acme/core@task:caf\u00e9/x',
  'acme/core@task:cafe\u0301/x',
  'acme/core@task:a%40b',
  'acme/core@task:a%2540b',
  'acme/core@heads/main:src/a.ts',
  'acme/core@heads:src',
  'acme/core-evil',
  'acme/core-evil@task:src',
  'acme/core/sub',
  'acme/core/sub@task:src',
];
const ABOVE = [...RESOURCES, 'acme', 'acm', 'Acme', 'acme/cor', 'acme/core@tas', 'acme/core@task:a', 'other'];
const LONG = `acme/core@task:${'x'.repeat(200)}/${'y'.repeat(200)}/${'z'.repeat(200)}/${'x'.repeat(200)}/${'y'.repeat(240)}`;
const DEEP = `acme/core@task:${'a/'.repeat(600)}a`;
const MODELS = [
  ['anthropic', 'opus'],
  ['anthropic', 'haiku'],
  ['openai', 'gpt'],
] as const;
const PROVIDERS = ['anthropic', 'openai', 'Anthropic', 'anthropi'];
const MODEL_NAMES = ['opus', 'haiku', 'gpt', 'opu'];
const PEOPLE = ['dev@example.com', 'owner@example.com', 'admin@example.com', 'other@example.com'];
const EDGES = [-1, 0, 1];
const BUDGETS = ['states', 'files', 'lines', 'minutes'] as const;

/** What a case is about, chosen first so that most checks and grants have to do with it. */
interface Aim {
  readonly operation: string;
  readonly resource: string;
  readonly on: readonly [string, string] | null;
}

function scopes(chance: Chance, aim: Aim): readonly string[] {
  const traps = chance.some(ABOVE, 0, 2);
  const near = chance.once(12) ? [] : [chance.of(aboveOf(aim.resource))];
  const all = [...new Set([...near, ...traps])];
  return all.length === 0 ? [chance.of(ABOVE)] : all;
}

const KINDS = ['operation', 'resource', 'resource', 'time', 'depth', 'provider', 'model', 'budget'] as const;

function oneCheck(chance: Chance, aim: Aim, agents: number): CaseCheck {
  const kind = chance.of(KINDS);
  switch (kind) {
    case 'operation': {
      const more = chance.some(NAIVE_OPERATIONS, 1, 4);
      return { kind, anyOf: chance.once(12) ? more : [...new Set([aim.operation, ...more])] };
    }
    case 'resource':
      return { kind, anyOf: scopes(chance, aim) };
    case 'time':
      return { kind, endsIn: chance.once(6) ? chance.of(EDGES) : 60 + chance.below(9000) };
    case 'depth':
      return { kind, atMost: chance.once(8) ? chance.below(4) : agents + chance.below(3) };
    case 'budget':
      return {
        kind,
        budget: chance.of(BUDGETS),
        atMost: chance.once(4) ? chance.below(4) : 3 + chance.below(40),
      };
    case 'provider':
    case 'model': {
      const others = chance.some(kind === 'provider' ? PROVIDERS : MODEL_NAMES, 1, 2);
      const mine = aim.on?.[kind === 'provider' ? 0 : 1];
      return {
        kind,
        anyOf: mine === undefined || chance.once(12) ? others : [...new Set([mine, ...others])],
      };
    }
  }
}

function checks(chance: Chance, aim: Aim, agents: number): readonly CaseCheck[] {
  if (!chance.once(3)) return [];
  return oncePerBudget(Array.from({ length: 1 + chance.below(3) }, () => oneCheck(chance, aim, agents)));
}

/** A block has one budget of a kind at most. */
function oncePerBudget(list: readonly CaseCheck[]): readonly CaseCheck[] {
  const seen = new Set<string>();
  return list.filter((check) => {
    if (check.kind !== 'budget') return true;
    const isNew = !seen.has(check.budget);
    seen.add(check.budget);
    return isNew;
  });
}

const GUARDED = ['grant:write', 'purge:apply', 'key:write', 'redact:lift', 'policy:write', 'owner:write'];

function onePolicy(chance: Chance, aim: Aim): CasePolicy {
  const rarely = <T>(value: T): T | null => (chance.once(3) ? value : null);
  const [provider, model] = aim.on ?? MODELS[0];
  return {
    at: chance.once(2) ? 'acme/core' : chance.of(THREADS),
    attribution: rarely(chance.of(['required', 'required', 'warn'] as const)),
    attestation: rarely(chance.of(['required', 'required', 'warn'] as const)),
    providers: rarely(chance.of([[provider], [provider, 'openai'], ['local']])),
    models: rarely(chance.of([[model], [model, 'gpt'], ['opus']])),
    life: rarely(chance.of([39_600, 39_599, 39_601, 7200, 100_000])),
    depth: rarely(chance.below(5)),
    guarded: chance.once(2) ? ['grant:write', ...chance.some(GUARDED.slice(1), 0, 2)] : null,
    quorum: chance.once(2) ? 1 + chance.below(3) : null,
    wait: chance.once(2) ? 3600 : null,
  };
}
const THREADS = [
  'acme/core@task',
  'acme/core@task/login',
  'acme/core@task-2',
  'acme/core@Task',
  'acme/core@src',
  'acme/core@heads/main',
];

/** At most one at each resource: a later one would have replaced the other. */
function policies(chance: Chance, aim: Aim): readonly CasePolicy[] {
  if (!chance.once(2)) return [];
  const list = Array.from({ length: 1 + chance.below(3) }, () => onePolicy(chance, aim));
  return list.filter(({ at }, index) => list.findIndex((other) => other.at === at) === index);
}

function spending(chance: Chance): DecisionCase['spent'] {
  if (chance.once(12)) return null;
  return {
    states: chance.below(4),
    files: chance.below(8),
    lines: chance.below(20),
    minutes: chance.below(8),
  };
}

function oneBlock(chance: Chance, aim: Aim, index: number, agents: number): CaseBlock {
  if (agents === 0 || chance.once(5)) {
    return { agent: null, named: null, checks: [oneCheck(chance, aim, agents)] };
  }
  const name = chance.once(40) ? `--out=x${index}` : `agent-${index}`;
  const named = aim.on !== null && !chance.once(3) ? aim.on : null;
  return {
    agent: name,
    named: chance.once(20) ? chance.of(MODELS) : named,
    checks: checks(chance, aim, agents),
  };
}

/** A chain to depth 8, and first-party blocks between. */
function chainOf(chance: Chance, aim: Aim): CaseChain {
  const agents = chance.once(2) ? 0 : chance.below(9);
  const later = agents === 0 && !chance.once(4) ? 0 : agents + 1 + chance.below(3);
  const life: CaseCheck = { kind: 'time', endsIn: chance.once(15) ? chance.of(EDGES) : 36_000 };
  const own = chance.once(4) ? checks(chance, aim, agents) : [];
  return {
    who: chance.of(PEOPLE.slice(0, 3)),
    repo: chance.mostly('any', ['here', 'here', 'elsewhere'], 6),
    issuedIn: chance.once(12) ? chance.of([299, 300, 301]) : -3600,
    proof: chance.once(80),
    blocks: [
      { agent: null, named: null, checks: chance.once(2) ? [life, ...own] : [...own, life] },
      ...Array.from({ length: later }, (_, index) => oneBlock(chance, aim, index, agents)),
    ],
  };
}

function oneGrant(chance: Chance, aim: Aim, who: string): CaseGrant {
  return {
    who: chance.once(3) ? chance.of(PEOPLE) : who,
    role: chance.of(NAIVE_ROLES),
    at: chance.once(3) ? chance.of(ABOVE) : chance.of(aboveOf(aim.resource)),
    endsIn: chance.once(5) ? chance.of([-1, 0, 1, 2, 999, 1000, 1001]) : null,
  };
}

function resourcesOf(chance: Chance, aim: Aim): readonly string[] {
  if (chance.once(250)) return [...new Set([chance.once(2) ? DEEP : aim.resource, DEEP])];
  if (chance.once(100)) return [LONG, ...(chance.once(2) ? [`${LONG}.txt`] : [])];
  if (chance.once(30)) {
    const below = aim.resource.includes(':') ? '/' : ':';
    return Array.from({ length: 15 + chance.below(5) }, (_, index) => `${aim.resource}${below}f${index}`);
  }
  if (chance.once(2)) return [aim.resource];
  return [...new Set([aim.resource, ...chance.some(RESOURCES, 1, 3)])];
}

/** The part of a case that a token is made for; several cases may share one. */
export interface Sketch {
  readonly aim: Aim;
  readonly chain: CaseChain;
}

export function sketch(chance: Chance): Sketch {
  const aim: Aim = {
    operation: chance.once(4) ? chance.of(NAIVE_OPERATIONS) : chance.of(USUAL),
    resource: chance.of(RESOURCES),
    on: chance.once(4) ? null : chance.of(MODELS),
  };
  return { aim, chain: chainOf(chance, aim) };
}
const USUAL = ['state:read', 'state:capture', 'thread:start', 'thread:land', 'review', 'undo', 'grant:write'];
const INCIDENT = ['redact:apply', 'key:write', 'purge:apply', 'repo:unfreeze', 'redact:lift'];
const OWN = ['thread:drop', 'undo', 'token:revoke', 'key:write', 'request'];

/** A case about the sketch's token. */
export function caseOf(chance: Chance, { aim, chain }: Sketch): DecisionCase {
  const frozen = chance.once(15);
  const usual = frozen && chance.once(2) ? chance.of(INCIDENT) : aim.operation;
  const operation = chance.once(6) ? chance.of(NAIVE_OPERATIONS) : usual;
  const giving = operation === 'grant:write' || operation === 'key:write';
  const wanted: DecisionCase = {
    now: chance.of([0, 0, 0, 1, 999]),
    operation,
    resources: resourcesOf(chance, aim),
    own: OWN.includes(operation) && chance.once(2),
    registering: operation === 'key:write' && chance.once(2),
    granting: giving ? chance.of([...NAIVE_ROLES, null]) : null,
    presents: chance.mostly('chain', ABSENT, 8),
    chain,
    key: chance.mostly('live', ['rotated', 'revoked', 'unregistered', "somebody else's"], 15),
    gone: chance.once(8) ? [chance.of(PEOPLE)].filter((who) => who !== chain.who) : [],
    grants: [
      ...(chance.once(3) ? [] : [{ who: chain.who, role: chance.of(HIGH), at: 'acme', endsIn: null }]),
      ...(chance.once(3) ? [] : [{ who: 'owner@example.com', role: 'owner', at: 'acme', endsIn: null }]),
      ...Array.from({ length: chance.below(5) }, () => oneGrant(chance, aim, chain.who)),
    ],
    revokedSession: chance.once(40),
    revokedBlock: chance.once(25) ? chance.below(chain.blocks.length + 1) : null,
    signs: !chance.once(25),
    unlocked: !chance.once(3),
    frozen,
    contradicts: 'nothing',
    policies: policies(chance, aim),
    continues: chance.mostly('nothing', ['signed', 'unsigned'], 3),
    spent: spending(chance),
    lines: chance.below(20),
    says: aim.on !== null && !chance.once(4) ? aim.on : null,
  };
  return chance.once(25) ? contradicting(chance, wanted) : wanted;
}
const HIGH = ['developer', 'maintainer', 'maintainer', 'admin', 'owner'];
const ABSENT = [
  'nothing',
  'nothing, being an agent',
  'nothing, being an agent',
  'malformed',
  'tampered',
  'untrusted',
] as const;

/** Only what the credential names can be contradicted. */
function contradicting(chance: Chance, wanted: DecisionCase): DecisionCase {
  const leaf = wanted.chain.blocks.findLast(({ agent }) => agent !== null);
  const fields = [
    'flag' as const,
    'principal' as const,
    ...(leaf === undefined ? [] : (['agent'] as const)),
    ...(leaf?.named && naiveActor(wanted).length > 0 ? (['provider', 'model'] as const) : []),
  ];
  return wanted.presents === 'chain' ? { ...wanted, contradicts: chance.of(fields) } : wanted;
}
