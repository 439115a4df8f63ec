import { isPlainName } from '#domain/actor/principal.ts';
import type { RequestOperation } from '#domain/authority/role.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import type { JsonReader } from '#domain/encoding/json-reader.ts';
import { TRAILER_STYLES } from '#domain/landing/landing-message.ts';
import { REVIEWER_RULES } from '#domain/review/party.ts';
import { isRemotePattern } from './remote-rules.ts';
import type { BranchRule, HookRule, PolicyMode, PolicyRules, SecretRule, ShunListRule } from './policy.ts';

/*
 * rules   {"agents":"any","attestation":"required"|"warn","attribution":"required"|"warn","depth","guarded":[…],
 *         "life","models":[…],"providers":[…],"quorum","wait"}
 * Version 2 of the record has these, too, of which one at least is not null:
 *
 *         "approvals","reviewers":["key"|"principal"|"provider"],"trailers":["assisted-by"|"co-authored-by"|"none"]
 *
 * Version 3 has all of these and seven more, of which one at least is not null unless the record has version 3 for
 * something else, see `authority-codec.ts`:
 *
 *         "branches":"landed"|"open","breakGlass":"maintainer","excluded":"author","hooks":"enforce"|"observe",
 *         "remotes":[…],"secrets":"off"|"refuse"|"warn","shunList":"local"|"travelling"
 *
 * Each may be null. Lists are sorted by code units, each item once, and never empty. They stand in the record of
 * a policy itself, see `authority-codec.ts`.
 */

/** Operations that more than one person, or time, may guard: the floor. */
export const GUARDABLE = [
  'grant:write',
  'key:write',
  'owner:write',
  'policy:write',
  'purge:apply',
  'redact:lift',
  'repo:unfreeze',
] as const satisfies readonly RequestOperation[];

/** What each rule may be; both ends are allowed. */
export const RULE_BOUNDS = {
  names: { least: 1, most: 64, longest: 200 },
  /** Seconds; 3,650 days. */
  life: { least: 1, most: 315_360_000 },
  depth: { least: 0, most: 11 },
  quorum: { least: 1, most: 16 },
  approvals: { least: 1, most: 16 },
  wait: { least: 1, most: 315_360_000 },
} as const;

/** What may be said of branches, the strictest first. */
export const BRANCH_RULES = ['landed', 'open'] as const satisfies readonly BranchRule[];

/** What may be done about secrets, the strictest first. */
export const SECRET_RULES = ['refuse', 'warn', 'off'] as const satisfies readonly SecretRule[];

/** What may be said of hooks, the strictest first. */
export const HOOK_RULES = ['enforce', 'observe'] as const satisfies readonly HookRule[];

/** What may be said of the list of removed contents, what gives least away first. */
export const SHUN_LIST_RULES = ['local', 'travelling'] as const satisfies readonly ShunListRule[];

const MODES = ['required', 'warn'] as const satisfies readonly PolicyMode[];

/** The versions of a record of the authority chain. */
export type RecordVersion = 1 | 2 | 3;

/** The lowest version of a record that has these rules. */
export function rulesVersion(rules: PolicyRules): RecordVersion {
  const { excluded, breakGlass, branches, secrets, hooks, remotes, shunList } = rules;
  const newest = [excluded, breakGlass, branches, secrets, hooks, remotes, shunList];
  if (newest.some((rule) => rule !== null)) return 3;
  return rules.approvals === null && rules.reviewers === null && rules.trailers === null ? 1 : 2;
}

/** The rules as fields of a record of a version. */
export function encodeRules(rules: PolicyRules, version: RecordVersion): Readonly<Record<string, Json>> {
  const {
    approvals,
    reviewers,
    trailers,
    excluded,
    breakGlass,
    branches,
    secrets,
    hooks,
    remotes,
    shunList,
    ...first
  } = rules;
  if (version === 1) return first;
  const second = { ...first, approvals, reviewers, trailers };
  if (version === 2) return second;
  return { ...second, excluded, breakGlass, branches, secrets, hooks, remotes, shunList };
}

/** Reads the rules of a record strictly; throws `FORMAT_INVALID`. That the version is the lowest is for the caller. */
export function readRules(reader: JsonReader, version: RecordVersion): PolicyRules {
  return {
    attribution: readChoice(reader, 'attribution', MODES),
    attestation: readChoice(reader, 'attestation', MODES),
    providers: readNames(reader, 'providers'),
    models: readNames(reader, 'models'),
    life: readNumber(reader, 'life'),
    depth: readNumber(reader, 'depth'),
    agents: readChoice(reader, 'agents', ['any']),
    guarded: readChoices(reader, 'guarded', GUARDABLE),
    quorum: readNumber(reader, 'quorum'),
    wait: readNumber(reader, 'wait'),
    excluded: version === 3 ? readChoice(reader, 'excluded', ['author']) : null,
    breakGlass: version === 3 ? readChoice(reader, 'breakGlass', ['maintainer']) : null,
    approvals: version === 1 ? null : readNumber(reader, 'approvals'),
    reviewers: version === 1 ? null : readChoices(reader, 'reviewers', REVIEWER_RULES),
    trailers: version === 1 ? null : readChoices(reader, 'trailers', TRAILER_STYLES),
    branches: version === 3 ? readChoice(reader, 'branches', BRANCH_RULES) : null,
    secrets: version === 3 ? readChoice(reader, 'secrets', SECRET_RULES) : null,
    hooks: version === 3 ? readChoice(reader, 'hooks', HOOK_RULES) : null,
    remotes: version === 3 ? readNames(reader, 'remotes', isRemotePattern) : null,
    shunList: version === 3 ? readChoice(reader, 'shunList', SHUN_LIST_RULES) : null,
  };
}

/** Tells whether text may stand in a list of providers or models. */
export function isRuleName(text: string): boolean {
  return isPlainName(text) && text.length <= RULE_BOUNDS.names.longest;
}

function readChoice<T extends string>(reader: JsonReader, name: string, values: readonly T[]): T | null {
  return reader.nullable(name, () => reader.oneOf(name, values));
}

type Counted = 'life' | 'depth' | 'quorum' | 'wait' | 'approvals';

function readNumber(reader: JsonReader, name: Counted): number | null {
  return reader.nullable(name, () => {
    const value = reader.integer(name);
    const { least, most } = RULE_BOUNDS[name];
    if (value < least || value > most) throw reader.invalid(`has no proper ${name}`);
    return value;
  });
}

function readNames(
  reader: JsonReader,
  name: 'providers' | 'models' | 'remotes',
  isFit: (text: string) => boolean = isRuleName,
): readonly string[] | null {
  return reader.nullable(name, () => {
    const names = reader.strings(name, RULE_BOUNDS.names.most, RULE_BOUNDS.names.longest);
    if (!isListed(names) || !names.every(isFit)) throw reader.invalid(`has no proper ${name}`);
    return names;
  });
}

/** Some of a few words. */
function readChoices<T extends string>(
  reader: JsonReader,
  name: string,
  among: readonly T[],
): readonly T[] | null {
  return reader.nullable(name, () => {
    const named = reader.strings(name, among.length, RULE_BOUNDS.names.longest);
    const chosen = among.filter((item) => named.includes(item));
    if (!isListed(named) || chosen.length !== named.length) throw reader.invalid(`has no proper ${name}`);
    return chosen;
  });
}

/** At least one, sorted, each once. */
function isListed(items: readonly string[]): boolean {
  return items.length > 0 && items.every((item, index) => index === 0 || (items[index - 1] ?? '') < item);
}
