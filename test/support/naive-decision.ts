import type { CaseBudget, CaseCheck, DecisionCase } from './model/decision-case.ts';
import { naiveBreach, naiveGuard } from './model/naive-policy.ts';

/**
 * The decision told again from the tables, in a few lines and without a line of the product: no resource parser, no
 * token blocks of the product's shape, no engine. Where it and `authorise()` differ, one of them is wrong.
 */

const LADDER = ['reader', 'developer', 'maintainer', 'admin', 'owner'];

/** Operation: role, role for one's own, then `floor`, what passes a freeze, and what one's own needs. */
const TABLE: Readonly<Record<string, string>> = Object.fromEntries(
  `state:read reader reader all
evidence:export reader reader all
thread:start developer developer
thread:claim developer developer
thread:drop maintainer developer
undo maintainer developer
request developer developer own-nothing owners
state:capture developer developer
remote:push developer developer owners
thread:land maintainer maintainer
review maintainer maintainer
redact:apply maintainer maintainer owners
grant:write admin admin floor
hook:remove admin admin
token:revoke admin admin floor owners own-nothing
key:write admin admin floor owners own-unlocked
policy:write owner owner floor
owner:write owner owner floor
repo:freeze owner owner floor
repo:unfreeze owner owner floor owners
redact:lift owner owner floor owners
redacted:read owner owner floor all
purge:apply owner owner floor owners
secret:allow developer developer floor`
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
);
export const NAIVE_OPERATIONS = Object.keys(TABLE);
export const NAIVE_ROLES: readonly string[] = LADDER;

export interface NaiveOutcome {
  /** `allow`, or the denial's code. */
  readonly code: string;
  readonly gate: string;
  readonly denied: readonly string[];
  /** Block, what the check expects, what the request has. */
  readonly failed: readonly string[];
}

/** The rules that can be got wrong in a way of their own; a test puts wrong ones in. */
export const RULES = {
  covers: naiveCovers,
  /** Whether a grant still holds. */
  holds: (endsIn: number | null, now: number): boolean => endsIn === null || now < endsIn,
  /** Whether a token's end is not yet over. */
  lasts: (endsIn: number, now: number): boolean => now <= endsIn * 1000,
  early: (issuedIn: number, now: number): boolean => issuedIn * 1000 > now + 300_000,
  /** The role that counts among those held. */
  counts: (ranks: readonly number[]): number => Math.max(-1, ...ranks),
  mayEndFreeze: (wanted: DecisionCase): boolean => wanted.chain.blocks.length === 1,
  inPerson: (wanted: DecisionCase): boolean => wanted.chain.blocks.length === 1,
  needed: (wanted: DecisionCase, role: number): number =>
    Math.max(role, wanted.granting === null ? 0 : LADDER.indexOf(wanted.granting)),
  asked: (blocks: readonly (readonly CaseCheck[])[]): readonly (readonly CaseCheck[])[] => blocks,
  agents: (wanted: DecisionCase): number => wanted.chain.blocks.filter(({ agent }) => agent !== null).length,
  named: (anyOf: readonly string[], name: string | undefined): boolean =>
    name !== undefined && anyOf.includes(name),
  cut: (revoked: number | null, blocks: number): boolean => revoked !== null && revoked < blocks,
  whose: (grant: string, who: string): boolean => grant === who,
  spends: (wanted: DecisionCase, kind: CaseBudget): number =>
    (wanted.spent?.[kind] ?? Infinity) + (naiveAsks(wanted)[kind] ?? 0),
  floor: (wanted: DecisionCase, words: readonly string[]): boolean =>
    words.includes('floor') && !(wanted.own && words.includes('own-nothing')),
};
export type NaiveRules = typeof RULES;

type Parts = readonly (readonly string[])[];
const PARTS = new Map<string, Parts>();

/** A resource as three lists of words; null where a part is not there. */
function parts(text: string): Parts {
  const known = PARTS.get(text);
  if (known !== undefined) return known;
  const [head = '', path] = text.split(':');
  const [repository = '', thread] = head.split('@');
  const made = [repository, thread, path].map((part) => part?.split('/') ?? []);
  PARTS.set(text, made);
  return made;
}

export function naiveCovers(above: string, below: string): boolean {
  const [a, b] = [parts(above), parts(below)];
  const within = a.every((words, index) => words.every((word, place) => b[index]?.[place] === word));
  const narrow = (a[1]?.length ?? 0) + (a[2]?.length ?? 0) > 0;
  return within && (!narrow || a[0]?.length === b[0]?.length);
}

/** How many resources cover this one, itself included. */
function depthOf(resource: string): number {
  const [repository = [], thread = [], path = []] = parts(resource);
  return (thread.length + 1) * (path.length + 1) + repository.length - 1;
}

/** What refuses, with every refused resource and failed check; or `allow`. */
export function naiveDecision(wanted: DecisionCase, rules: NaiveRules = RULES): NaiveOutcome {
  return gates(wanted, rules) ?? { code: 'allow', gate: 'allow', denied: [], failed: [] };
}

// One function from top to bottom, as the table in the design is read.
function gates(wanted: DecisionCase, rules: NaiveRules): NaiveOutcome | undefined {
  const { chain, now, key } = wanted;
  const words = (TABLE[wanted.operation] ?? '').split(' ');
  const deny = (gate: string, code: string, denied = wanted.resources, failed: readonly string[] = []) => ({
    code,
    gate,
    denied,
    failed,
  });
  const rank = (resource: string): number =>
    rules.counts(
      wanted.grants
        .filter(({ who, endsIn }) => rules.whose(who, chain.who) && rules.holds(endsIn, now))
        .filter(({ at }) => rules.covers(at, resource))
        .map(({ role }) => LADDER.indexOf(role)),
    );
  if (wanted.frozen && !words.includes('all')) {
    const known = wanted.presents === 'chain' && key === 'live' && rules.mayEndFreeze(wanted);
    const ends = words.includes('owners') && !wanted.registering;
    if (!known || !ends || rank('acme/core') < 4) return deny('freeze', 'FROZEN');
  }
  const code = credentialCode(wanted, rules);
  if (code !== undefined) return deny('credential', code);
  if (!wanted.signs) return deny('holder', 'HOLDER_MISMATCH');
  if (rules.floor(wanted, words)) {
    if (!rules.inPerson(wanted)) return deny('floor', 'FLOOR');
    if (!wanted.unlocked) return deny('floor', 'UNLOCK_NEEDED');
  }
  const bare = wanted.own && words.some((word) => word.startsWith('own-'));
  const outside = failures(wanted, rules, bare ? (check) => check.kind === 'time' : () => true);
  if (bare) {
    const lines = outside.map(({ line }) => line);
    return lines.length === 0 ? undefined : deny('scope', 'SCOPE_TIME', wanted.resources, lines);
  }
  const deep = wanted.resources.filter((resource) => depthOf(resource) > 1024);
  if (deep.length > 0) return deny('scope', 'EVALUATION_LIMIT', deep);
  const need = rules.needed(wanted, LADDER.indexOf(words[wanted.own ? 1 : 0] ?? ''));
  const roleless = wanted.resources.filter((resource) => rank(resource) < need);
  const [first] = outside;
  if (first !== undefined) {
    const stopped = wanted.resources.filter((each) => outside.some(({ at }) => at.includes(each)));
    const denied = [...new Set([...stopped, ...roleless])];
    return deny(
      'scope',
      SCOPE[first.kind] ?? '',
      denied,
      outside.map(({ line }) => line),
    );
  }
  const [lacking] = roleless;
  if (lacking === undefined) return policies(wanted, rules, words);
  return deny('role', rank(lacking) < 0 ? 'ROLE_NONE' : 'ROLE_INSUFFICIENT', roleless);
}

/** Reading is under no policy, and whoever may change them is not locked out by what they say of tokens. */
function policies(
  wanted: DecisionCase,
  rules: NaiveRules,
  words: readonly string[],
): NaiveOutcome | undefined {
  const { covers } = rules;
  const exempt = words.includes('all') || wanted.operation === 'policy:write';
  const actor = naiveActor(wanted);
  const breach = exempt ? undefined : naiveBreach(wanted, { actor, agents: rules.agents(wanted), covers });
  const found = breach ?? naiveGuard(wanted, covers);
  return found && { code: found.code, gate: 'policy', denied: found.denied, failed: [] };
}

const SCOPE: Readonly<Record<string, string>> = {
  operation: 'SCOPE_OPERATION',
  resource: 'SCOPE_RESOURCE',
  time: 'SCOPE_TIME',
  provider: 'SCOPE_ACTOR',
  model: 'SCOPE_ACTOR',
  depth: 'SCOPE_DEPTH',
  budget: 'SCOPE_BUDGET',
};

function credentialCode(wanted: DecisionCase, rules: NaiveRules): string | undefined {
  const { chain, presents, key, now } = wanted;
  if (presents === 'nothing' || presents === 'nothing, being an agent') return 'CREDENTIAL_MISSING';
  if (presents !== 'chain') return `CREDENTIAL_${presents.toUpperCase()}`;
  if (chain.proof || key === 'unregistered' || key === "somebody else's") return 'CREDENTIAL_UNTRUSTED';
  const ends = (chain.blocks[0]?.checks ?? []).flatMap((check) =>
    check.kind === 'time' ? [check.endsIn] : [],
  );
  if (ends.length === 0) return 'CREDENTIAL_MALFORMED';
  if (key !== 'live') return 'CREDENTIAL_REVOKED';
  if (chain.repo === 'elsewhere') return 'CREDENTIAL_WRONG_REPOSITORY';
  if (wanted.revokedSession || rules.cut(wanted.revokedBlock, chain.blocks.length))
    return 'CREDENTIAL_REVOKED';
  if (rules.early(chain.issuedIn, now)) return 'CREDENTIAL_EXPIRED';
  if (ends.some((end) => !rules.lasts(end, now))) return 'CREDENTIAL_EXPIRED';
  return wanted.contradicts === 'nothing' ? undefined : 'ACTOR_MISMATCH';
}

interface Failure {
  readonly kind: string;
  readonly at: readonly string[];
  readonly line: string;
}

/** Every check that does not hold for every resource. */
function failures(
  wanted: DecisionCase,
  rules: NaiveRules,
  counts: (check: CaseCheck) => boolean,
): readonly Failure[] {
  const blocks = rules.asked(wanted.chain.blocks.map(({ checks }) => checks));
  return blocks.flatMap((checks, block) =>
    checks.filter(counts).flatMap((check): readonly Failure[] => {
      const at = wanted.resources.filter((resource) => !passes(wanted, rules, check, resource));
      const [first] = at;
      if (first === undefined) return [];
      return [
        { kind: check.kind, at, line: `${block} ${expected(check)} ${actual(wanted, check, first, rules)}` },
      ];
    }),
  );
}

/** Provider and model that the request is made on: the last agent's, else what the caller says. */
export function naiveActor({ chain, says }: DecisionCase): readonly string[] {
  return chain.blocks.findLast(({ agent }) => agent !== null)?.named ?? says ?? [];
}

/** What the request itself uses up: only a capture does. */
export function naiveAsks({ operation, resources, lines }: DecisionCase): Readonly<Record<string, number>> {
  return operation === 'state:capture' ? { states: 1, files: resources.length, lines } : {};
}

// One parameter more than usual: what is asked, by which rules, of what and where.
function passes(wanted: DecisionCase, rules: NaiveRules, check: CaseCheck, resource: string): boolean {
  const [provider, model] = naiveActor(wanted);
  switch (check.kind) {
    case 'operation':
      return check.anyOf.includes(wanted.operation);
    case 'resource':
      return check.anyOf.some((above) => rules.covers(above, resource));
    case 'provider':
      return rules.named(check.anyOf, provider);
    case 'model':
      return rules.named(check.anyOf, model);
    case 'time':
      return rules.lasts(check.endsIn, wanted.now);
    case 'depth':
      return rules.agents(wanted) <= check.atMost;
    case 'budget':
      return wanted.spent !== null && rules.spends(wanted, check.budget) <= check.atMost;
  }
}

const NOON = Date.parse('2026-11-21T12:00:00.000Z');

function expected(check: CaseCheck): string {
  if (check.kind === 'time') return new Date(NOON + check.endsIn * 1000).toISOString();
  if (check.kind === 'budget') {
    const one = check.atMost === 1 ? check.budget.slice(0, -1) : check.budget;
    return `${check.atMost} ${one}`;
  }
  return check.kind === 'depth' ? String(check.atMost) : check.anyOf.join();
}

function actual(wanted: DecisionCase, check: CaseCheck, first: string, rules: NaiveRules): string {
  const [provider = 'none', model = 'none'] = naiveActor(wanted);
  switch (check.kind) {
    case 'operation':
      return wanted.operation;
    case 'resource':
      return first;
    case 'provider':
      return provider;
    case 'model':
      return model;
    case 'time':
      return new Date(NOON + wanted.now).toISOString();
    case 'depth':
      return String(rules.agents(wanted));
    case 'budget': {
      const used = wanted.spent?.[check.budget];
      if (used === undefined) return 'nobody counted';
      if (check.budget === 'minutes') return `${used} gone by`;
      return `${used} used, ${naiveAsks(wanted)[check.budget] ?? 0} more asked`;
    }
  }
}
