import { instantWords, type Instant } from '#domain/time.ts';
import type { BudgetKind } from './budget-kind.ts';
import {
  BUDGET_PREDICATES,
  CHECK_PREDICATES,
  type AuthorityBlock,
  type DelegationBlock,
  type PublicKeyHex,
  type TokenBlock,
  type TokenCheck,
} from './token.ts';

const FINGERPRINT_DIGITS = 8;

/** A key as people see it: `ed25519:7f3c09aa…`. Too short to compare keys by. */
export function shortKey(key: PublicKeyHex): string {
  return `ed25519:${key.slice(0, FINGERPRINT_DIGITS)}…`;
}

/** A check as a clause that continues "it may …": `only within acme/core`. */
export function describeCheck(check: TokenCheck): string {
  switch (check.kind) {
    case 'operation':
      return `only ${joinWords(check.anyOf, 'and')}`;
    case 'resource':
      return `only within ${joinWords(check.anyOf, 'or')}`;
    case 'time':
      return `until ${instantWords(check.notAfter)}`;
    case 'provider':
      return `only by provider ${joinWords(check.anyOf, 'or')}`;
    case 'model':
      return `only by model ${joinWords(check.anyOf, 'or')}`;
    case 'depth':
      return check.atMost === 0 ? 'by no agent' : `through at most ${check.atMost} ${agents(check.atMost)}`;
    case 'budget':
      return check.budget === 'minutes'
        ? `for ${budgetWords(check.budget, check.atMost)} from its first use`
        : `at most ${budgetWords(check.budget, check.atMost)}`;
  }
}

/** `10 states`, `1 file`. */
export function budgetWords(budget: BudgetKind, count: number): string {
  return `${count} ${count === 1 ? budget.slice(0, -1) : budget}`;
}

/** One sentence for a block: who, with which key, may do what. The texts in it are the token's author's. */
export function describeBlock(block: TokenBlock): string {
  const operations = block.checks.filter((check) => check.kind === 'operation');
  const others = block.checks.filter((check) => check.kind !== 'operation');
  const first = operations[0];
  const unnarrowed = block.kind === 'authority' ? 'what its grants allow' : 'what the blocks before it may';
  const may = first === undefined ? `do ${unnarrowed}` : joinWords(first.anyOf, 'and');
  const rest = [...operations.slice(1), ...others].map(describeCheck);
  return [`${subject(block)} may ${may}`, ...rest].join(', ');
}

/** The Datalog of one check. */
export function checkDatalog(check: TokenCheck): string {
  switch (check.kind) {
    case 'operation':
    case 'resource':
    case 'provider':
    case 'model':
      return anyOf(CHECK_PREDICATES[check.kind], check.anyOf);
    case 'time':
      return `check if time($time), $time <= ${date(check.notAfter)}`;
    case 'depth':
      return `check if depth($depth), $depth <= ${check.atMost}`;
    case 'budget':
      return `check if ${BUDGET_PREDICATES[check.budget]}(hex:${check.holder}, $spent), $spent <= ${check.atMost}`;
  }
}

/** The Datalog of a block, one fact or check a line, in the block's own order. */
export function blockDatalog(block: TokenBlock): readonly string[] {
  return [...facts(block), ...block.checks.map(checkDatalog)];
}

function facts(block: TokenBlock): readonly string[] {
  switch (block.kind) {
    case 'authority':
      return authorityFacts(block);
    case 'delegation':
      return delegationFacts(block);
    case 'attenuation':
      return [];
  }
}

function authorityFacts(block: AuthorityBlock): readonly string[] {
  return [
    `token_version(${block.tokenVersion})`,
    `principal(${quote(block.principal)})`,
    `session(${quote(block.session)})`,
    `repo(${quote(block.repo)})`,
    `holder(hex:${block.holder})`,
    `issued(${date(block.issued)})`,
  ];
}

function delegationFacts(block: DelegationBlock): readonly string[] {
  return [
    `agent(${quote(block.agent)})`,
    `holder(hex:${block.holder})`,
    ...(block.provider === null ? [] : [`provider(${quote(block.provider)})`]),
    ...(block.model === null ? [] : [`model(${quote(block.model)})`]),
  ];
}

function subject(block: TokenBlock): string {
  switch (block.kind) {
    case 'authority':
      return `${block.principal} (key ${shortKey(block.holder)})`;
    case 'delegation':
      return `${block.agent} (${actor(block)}key ${shortKey(block.holder)})`;
    case 'attenuation':
      return 'whoever holds it';
  }
}

function actor(block: DelegationBlock): string {
  return [block.provider, block.model].flatMap((name) => (name === null ? [] : [`${name}, `])).join('');
}

function agents(count: number): string {
  return count === 1 ? 'agent' : 'agents';
}

/** `a, b or c`. */
export function joinWords(items: readonly string[], word: 'and' | 'or'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${word} ${items.slice(-1).join('')}`;
}

function anyOf(predicate: string, values: readonly string[]): string {
  return `check if ${values.map((value) => `${predicate}(${quote(value)})`).join(' or ')}`;
}

function date(instant: Instant): string {
  return instant.replace('.000Z', 'Z');
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
