/** One question to the decision in plain data, so that it can be made at random, made smaller, and read. */

export type CaseCheck =
  | { readonly kind: 'operation'; readonly anyOf: readonly string[] }
  | { readonly kind: 'resource' | 'provider' | 'model'; readonly anyOf: readonly string[] }
  /** Seconds from the case's noon. */
  | { readonly kind: 'time'; readonly endsIn: number }
  | { readonly kind: 'depth'; readonly atMost: number }
  | { readonly kind: 'budget'; readonly budget: CaseBudget; readonly atMost: number };

export type CaseBudget = 'states' | 'files' | 'lines' | 'minutes';

/** What a policy asks at its resource and below; null where nothing. */
export interface CasePolicy {
  readonly at: string;
  readonly attribution: 'required' | 'warn' | null;
  readonly attestation: 'required' | 'warn' | null;
  readonly providers: readonly string[] | null;
  readonly models: readonly string[] | null;
  readonly life: number | null;
  readonly depth: number | null;
  readonly guarded: readonly string[] | null;
  readonly quorum: number | null;
  readonly wait: number | null;
}

export interface CaseBlock {
  /** Null where the block is first-party, and in the session itself. */
  readonly agent: string | null;
  readonly named: readonly [provider: string, model: string] | null;
  readonly checks: readonly CaseCheck[];
}

export interface CaseChain {
  readonly who: string;
  readonly repo: 'any' | 'here' | 'elsewhere';
  /** Seconds from the case's noon. */
  readonly issuedIn: number;
  /** True where it is what proves possession of a key, which is no session. */
  readonly proof: boolean;
  /** The session first. */
  readonly blocks: readonly CaseBlock[];
}

export interface CaseGrant {
  readonly who: string;
  readonly role: string;
  readonly at: string;
  /** Milliseconds from the case's noon; null without end. */
  readonly endsIn: number | null;
}

export interface DecisionCase {
  /** Milliseconds after noon. */
  readonly now: number;
  readonly operation: string;
  readonly resources: readonly string[];
  readonly own: boolean;
  readonly registering: boolean;
  readonly granting: string | null;
  readonly presents: 'chain' | 'nothing' | 'nothing, being an agent' | 'malformed' | 'tampered' | 'untrusted';
  readonly chain: CaseChain;
  /** What became of the key that signed the chain's session. */
  readonly key: 'live' | 'rotated' | 'revoked' | 'unregistered' | "somebody else's";
  /** Whose keys were revoked besides. */
  readonly gone: readonly string[];
  readonly grants: readonly CaseGrant[];
  readonly revokedSession: boolean;
  readonly revokedBlock: number | null;
  readonly signs: boolean;
  readonly unlocked: boolean;
  readonly frozen: boolean;
  /** Where the caller's word differs from the credential's; `flag` where the caller noticed. */
  readonly contradicts: 'nothing' | 'flag' | 'principal' | 'agent' | 'provider' | 'model';
  readonly policies: readonly CasePolicy[];
  /** What the work continues. */
  readonly continues: 'nothing' | 'signed' | 'unsigned';
  /** What was used up before under each holder; null where nobody counted. */
  readonly spent: Readonly<Record<CaseBudget, number>> | null;
  /** Lines that a capture changes. */
  readonly lines: number;
  /** Provider and model where the credential names none. */
  readonly says: readonly [provider: string, model: string] | null;
}

/** Smaller cases that are one step away, each still well-formed. */
export function simpler(wanted: DecisionCase): readonly DecisionCase[] {
  const { chain } = wanted;
  const blocks = without(chain.blocks, 1).map((rest) => ({ ...wanted, chain: { ...chain, blocks: rest } }));
  const narrower = chain.blocks.flatMap((block, index) =>
    smallerChecks(block.checks, index === 0).map((checks) => ({
      ...wanted,
      chain: { ...chain, blocks: chain.blocks.with(index, { ...block, checks }) },
    })),
  );
  return [
    ...PLAIN.map((plain) => ({ ...wanted, ...plain })),
    ...PLAIN_CHAIN.map((plain) => ({ ...wanted, chain: { ...chain, ...plain } })),
    ...without(wanted.resources, 0).flatMap((resources) =>
      resources.length === 0 ? [] : [{ ...wanted, resources }],
    ),
    ...without(wanted.grants, 0).map((grants) => ({ ...wanted, grants })),
    ...without(wanted.policies, 0).map((policies) => ({ ...wanted, policies })),
    ...wanted.policies.flatMap((policy, index) =>
      Object.keys(policy).flatMap((rule) =>
        rule === 'at'
          ? []
          : [{ ...wanted, policies: wanted.policies.with(index, { ...policy, [rule]: null }) }],
      ),
    ),
    ...blocks,
    ...narrower,
  ].filter((candidate) => JSON.stringify(candidate) !== JSON.stringify(wanted));
}

const PLAIN: readonly Partial<DecisionCase>[] = [
  { now: 0 },
  { own: false },
  { registering: false },
  { granting: null },
  { presents: 'chain' },
  { key: 'live' },
  { gone: [] },
  { revokedSession: false },
  { revokedBlock: null },
  { signs: true },
  { unlocked: true },
  { frozen: false },
  { contradicts: 'nothing' },
  { continues: 'nothing' },
  { spent: { states: 0, files: 0, lines: 0, minutes: 0 } },
  { lines: 0 },
  { says: null },
];
const PLAIN_CHAIN: readonly Partial<CaseChain>[] = [{ repo: 'any' }, { issuedIn: -3600 }, { proof: false }];

function without<T>(items: readonly T[], from: number): readonly (readonly T[])[] {
  return items.slice(from).map((_, index) => items.toSpliced(index + from, 1));
}

/** A session keeps one end: without, it is no token. */
function smallerChecks(checks: readonly CaseCheck[], session: boolean): readonly (readonly CaseCheck[])[] {
  const fewer = without(checks, 0).filter(
    (rest) => !session || rest.some((check) => check.kind === 'time') || !checks.some(isTime),
  );
  const shorter = checks.flatMap((check, index) =>
    'anyOf' in check && check.anyOf.length > 1
      ? without(check.anyOf, 0).map((anyOf) => checks.with(index, { ...check, anyOf }))
      : [],
  );
  return [...fewer, ...shorter];
}

function isTime(check: CaseCheck): boolean {
  return check.kind === 'time';
}

/** The smallest case on this way down that still `fails`. */
export function shrink(wanted: DecisionCase, fails: (candidate: DecisionCase) => boolean): DecisionCase {
  const next = simpler(wanted).find(fails);
  return next === undefined ? wanted : shrink(next, fails);
}

/** A case as people read it. */
export function describeCase(wanted: DecisionCase): string {
  const { chain } = wanted;
  const flags = [
    ...(wanted.own ? ['their own'] : []),
    ...(wanted.registering ? ['registering'] : []),
    ...(wanted.granting === null ? [] : [`giving ${wanted.granting}`]),
    ...(wanted.signs ? [] : ['signed by another key']),
    ...(wanted.unlocked ? ['root key unlocked'] : []),
    ...(wanted.contradicts === 'nothing' ? [] : [`contradicting: ${wanted.contradicts}`]),
    ...(wanted.says === null ? [] : [`on ${wanted.says.join(' ')}`]),
  ];
  const state = [
    `key ${wanted.key}`,
    ...(wanted.frozen ? ['repository frozen'] : []),
    ...(wanted.revokedSession ? ['session revoked'] : []),
    ...(wanted.revokedBlock === null ? [] : [`block ${wanted.revokedBlock} revoked`]),
    ...wanted.gone.map((who) => `${who} without keys`),
  ];
  return [
    `${chain.who}: ${wanted.operation} at noon + ${wanted.now} ms, ${[...flags, ...state].join(', ')}`,
    `  presents ${wanted.presents}, for repository ${chain.repo}, issued ${chain.issuedIn} s${chain.proof ? ', a proof' : ''}`,
    ...wanted.resources.map((resource) => `  at ${shortened(resource)}`),
    ...wanted.grants.map(
      ({ who, role, at, endsIn }) =>
        `  grant ${who} ${role} at ${at}${endsIn === null ? '' : ` until ${endsIn} ms`}`,
    ),
    ...wanted.policies.map((policy) => `  policy ${JSON.stringify(policy)}`),
    `  continues ${wanted.continues}, spent ${JSON.stringify(wanted.spent)}, ${wanted.lines} lines more`,
    ...chain.blocks.map(
      (block, index) =>
        `  block ${index} ${block.agent ?? (index === 0 ? 'session' : 'first-party')} ${JSON.stringify(block.named)} ${JSON.stringify(block.checks)}`,
    ),
  ].join('\n');
}

function shortened(resource: string): string {
  return resource.length > 200 ? `${resource.slice(0, 60)}… (${resource.length} characters)` : resource;
}
