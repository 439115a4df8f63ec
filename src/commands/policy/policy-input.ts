import {
  BRANCH_RULES,
  GUARDABLE,
  HOOK_RULES,
  isRuleName,
  RULE_BOUNDS,
  SECRET_RULES,
  SHUN_LIST_RULES,
} from '#domain/policy/policy-codec.ts';
import { TRAILER_STYLES } from '#domain/landing/landing-message.ts';
import { REVIEWER_RULES } from '#domain/review/party.ts';
import { remotePlace } from '#domain/policy/remote-rules.ts';
import { NO_RULES, type PolicyMode, type PolicyRules } from '#domain/policy/policy.ts';
import type { CommandInput } from '#cli/command.ts';
import { RULES, RULE_WORDS } from '#domain/policy/rule-changes.ts';
import { usageError } from '#domain/usage-error.ts';

const MODES: readonly PolicyMode[] = ['required', 'warn'];

/** The rules that `policy set` names; null for those that it ends. Throws `USAGE`. */
export function readPolicyRules(input: CommandInput): Partial<PolicyRules> {
  const set = givenRules(input);
  const unset = input.list('unset');
  const both = RULES.find((rule) => Object.hasOwn(set, rule) && unset.includes(RULE_WORDS[rule]));
  if (both !== undefined) throw usageError('policy set', `--${RULE_WORDS[both]} is set and unset at once`);
  const ended = RULES.filter((rule) => unset.includes('all') || unset.includes(RULE_WORDS[rule]));
  return { ...Object.fromEntries(ended.map((rule) => [rule, NO_RULES[rule]])), ...set };
}

function givenRules(input: CommandInput): Partial<PolicyRules> {
  const attribution = modeOf(input, 'attribution');
  const attestation = modeOf(input, 'attestation');
  const providers = namesOf(input, 'provider');
  const models = namesOf(input, 'model');
  const life = secondsOf(input, 'life', 'max-life');
  const depth = bounded(input.integer('max-depth'), 'depth', 'max-depth');
  return {
    ...(attribution === null ? {} : { attribution }),
    ...(attestation === null ? {} : { attestation }),
    ...(providers === null ? {} : { providers }),
    ...(models === null ? {} : { models }),
    ...(life === null ? {} : { life }),
    ...(depth === null ? {} : { depth }),
    ...(input.text('agents') === null ? {} : { agents: 'any' as const }),
    ...guardRules(input),
    ...landingRules(input),
  };
}

function guardRules(input: CommandInput): Partial<PolicyRules> {
  const guarded = guardedOf(input);
  const quorum = bounded(input.integer('quorum'), 'quorum', 'quorum');
  const wait = secondsOf(input, 'wait', 'wait');
  const secrets = SECRET_RULES.find((rule) => rule === input.text('secrets'));
  return {
    ...(guarded === null ? {} : { guarded }),
    ...(quorum === null ? {} : { quorum }),
    ...(wait === null ? {} : { wait }),
    ...(input.text('exclude') === null ? {} : { excluded: 'author' as const }),
    ...(secrets === undefined ? {} : { secrets }),
    ...(input.text('break-glass') === null ? {} : { breakGlass: 'maintainer' as const }),
  };
}

function landingRules(input: CommandInput): Partial<PolicyRules> {
  const approvals = bounded(input.integer('approvals'), 'approvals', 'approvals');
  const reviewers = someOf(input.list('reviewer'), REVIEWER_RULES);
  const branches = BRANCH_RULES.find((rule) => rule === input.text('branches'));
  const hooks = HOOK_RULES.find((rule) => rule === input.text('hooks'));
  const remotes = remotesOf(input);
  const shunList = SHUN_LIST_RULES.find((rule) => rule === input.text('shun-list'));
  const trailers = someOf(input.list('trailers'), TRAILER_STYLES);
  return {
    ...(approvals === null ? {} : { approvals }),
    ...(reviewers === null ? {} : { reviewers }),
    ...(trailers === null ? {} : { trailers }),
    ...(branches === undefined ? {} : { branches }),
    ...(hooks === undefined ? {} : { hooks }),
    ...(remotes === null ? {} : { remotes }),
    ...(shunList === undefined ? {} : { shunList }),
  };
}

/** What was named of a few words, in their order; the parser refused any other. */
function someOf<T extends string>(named: readonly string[], among: readonly T[]): readonly T[] | null {
  return named.length === 0 ? null : among.filter((item) => named.includes(item));
}

function modeOf(input: CommandInput, name: 'attribution' | 'attestation'): PolicyMode | null {
  return MODES.find((mode) => mode === input.text(name)) ?? null;
}

function namesOf(input: CommandInput, name: 'provider' | 'model'): readonly string[] | null {
  const names = [...new Set(input.list(name))].toSorted();
  if (names.length === 0) return null;
  const { most, longest } = RULE_BOUNDS.names;
  if (names.length > most) throw usageError('policy set', `--${name} is given more than ${most} times`);
  if (!names.every(isRuleName)) {
    throw usageError('policy set', `--${name} is no plain name of at most ${longest} letters`);
  }
  return names;
}

/** Each as the one way to write it. */
function remotesOf(input: CommandInput): readonly string[] | null {
  const named = input.list('remotes');
  if (named.length === 0) return null;
  const { most, longest } = RULE_BOUNDS.names;
  const places = named.map((text) => {
    const place = remotePlace(text);
    if (place !== undefined && place.length <= longest) return place;
    throw usageError('policy set', `--remotes is https://host/path, ssh://host/path or an absolute path`, {
      advice: 'leave out users, passwords, queries, escapes and `..`',
    });
  });
  if (places.length > most) throw usageError('policy set', `--remotes is given more than ${most} times`);
  return [...new Set(places)].toSorted();
}

function secondsOf(input: CommandInput, rule: 'life' | 'wait', name: string): number | null {
  const milliseconds = input.duration(name);
  return bounded(milliseconds === null ? null : milliseconds / 1000, rule, name);
}

function bounded(
  value: number | null,
  rule: 'life' | 'depth' | 'quorum' | 'wait' | 'approvals',
  name: string,
): number | null {
  const { least, most } = RULE_BOUNDS[rule];
  if (value === null || (value >= least && value <= most)) return value;
  const days = most / 86_400;
  const range = rule === 'life' || rule === 'wait' ? `at most ${days}d` : `from ${least} to ${most}`;
  throw usageError('policy set', `--${name} has to be ${range}`);
}

function guardedOf(input: CommandInput): PolicyRules['guarded'] {
  const named = input.operations('guard');
  if (named.length === 0) return null;
  const other = named.find((operation) => !GUARDABLE.some((guardable) => guardable === operation));
  if (other !== undefined)
    throw usageError('policy set', `--guard cannot be '${other}', but ${GUARDABLE.join(', ')}`);
  return GUARDABLE.filter((guardable) => named.includes(guardable));
}
