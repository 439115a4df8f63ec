import { formatHex, parseHex } from '#domain/encoding/bytes.ts';
import { REQUEST_OPERATIONS } from '#domain/authority/role.ts';
import { formatInstant, instantMilliseconds, type Instant } from '#domain/time.ts';
import type { BudgetCheck } from '#domain/token/budget.ts';
import { BUDGET_KINDS, type BudgetKind } from '#domain/token/budget-kind.ts';
import {
  BUDGET_PREDICATES,
  CHECK_PREDICATES,
  type AttenuationBlock,
  type AuthorityBlock,
  type DelegationBlock,
  type TokenBlock,
  type TokenCheck,
} from '#domain/token/token.ts';
import type { DatalogBlock, Predicate, Query, Term } from './wire/datalog.ts';
import { malformed } from './wire/refusal.ts';

/*
 * The shapes of heddle's blocks:
 *
 *   authority    token_version(1) principal("…") session("…") repo("…") holder(hex:…) issued(date), checks
 *   delegation   agent("…") holder(hex:…) [provider("…")] [model("…")], checks
 *   attenuation  checks
 *
 *   operation    check if operation("a") or operation("b")
 *   resource     check if within("a") or within("b")
 *   time         check if time($time), $time <= date
 *   depth        check if depth($depth), $depth <= 2
 *   provider     check if actor_provider("a") or …
 *   model        check if actor_model("a") or …
 *   budget       check if spent_states(hex:…, $spent), $spent <= 10   (spent_files, spent_lines, spent_minutes)
 *
 * A block's checks see the block's own facts. The checks on provider and model therefore ask for other
 * predicates than the facts that say who the child is: its own `provider` would pass its own check.
 */

const LATEST_SECONDS = 253_402_300_799;

/** The Datalog of a block. */
export function toDatalog(block: TokenBlock): DatalogBlock {
  return { facts: toFacts(block), checks: block.checks.map(toQueries) };
}

/** Reads an authority block; throws `TokenRefusal` for any other shape. */
export function toAuthority(block: DatalogBlock): AuthorityBlock {
  const facts = new FactList(block.facts);
  if (facts.term('token_version', 'integer').value !== 1) throw malformed('the token has an unknown version');
  const authority = {
    kind: 'authority',
    tokenVersion: 1,
    principal: facts.term('principal', 'string').text,
    session: facts.term('session', 'string').text,
    repo: facts.term('repo', 'string').text,
    holder: formatHex(facts.term('holder', 'bytes').bytes),
    issued: toInstant(facts.term('issued', 'date').seconds),
    checks: block.checks.map(toCheck),
  } as const;
  facts.end();
  return authority;
}

/** Reads a delegation block; throws `TokenRefusal` for any other shape. */
export function toDelegation(block: DatalogBlock): DelegationBlock {
  const facts = new FactList(block.facts);
  const delegation = {
    kind: 'delegation',
    agent: facts.term('agent', 'string').text,
    holder: formatHex(facts.term('holder', 'bytes').bytes),
    provider: facts.optionalText('provider'),
    model: facts.optionalText('model'),
    checks: block.checks.map(toCheck),
  } as const;
  facts.end();
  return delegation;
}

/** Reads a first-party block, which holds checks alone; throws `TokenRefusal` for any other shape. */
export function toAttenuation(block: DatalogBlock): AttenuationBlock {
  if (block.facts.length > 0) throw malformed('a first-party block holds facts');
  return { kind: 'attenuation', checks: block.checks.map(toCheck) };
}

/** Facts taken in their one order. */
class FactList {
  readonly #facts: Predicate[];

  constructor(facts: readonly Predicate[]) {
    this.#facts = [...facts];
  }

  term<K extends Term['kind']>(name: string, kind: K): Extract<Term, { readonly kind: K }> {
    const fact = this.#facts.shift();
    if (fact?.name !== name || !isKind(fact.term, kind)) throw malformed(`a block lacks the fact ${name}`);
    return fact.term;
  }

  optionalText(name: string): string | null {
    return this.#facts[0]?.name === name ? this.term(name, 'string').text : null;
  }

  end(): void {
    if (this.#facts.length > 0) throw malformed('a block holds a fact that heddle does not write');
  }
}

function isKind<K extends Term['kind']>(term: Term, kind: K): term is Extract<Term, { readonly kind: K }> {
  return term.kind === kind;
}

function toFacts(block: TokenBlock): readonly Predicate[] {
  switch (block.kind) {
    case 'authority':
      return [
        { name: 'token_version', term: { kind: 'integer', value: block.tokenVersion } },
        textFact('principal', block.principal),
        textFact('session', block.session),
        textFact('repo', block.repo),
        holderFact(block.holder),
        { name: 'issued', term: dateTerm(block.issued) },
      ];
    case 'delegation':
      return [
        textFact('agent', block.agent),
        holderFact(block.holder),
        ...(block.provider === null ? [] : [textFact('provider', block.provider)]),
        ...(block.model === null ? [] : [textFact('model', block.model)]),
      ];
    case 'attenuation':
      return [];
  }
}

function toQueries(check: TokenCheck): readonly Query[] {
  switch (check.kind) {
    case 'operation':
    case 'resource':
    case 'provider':
    case 'model':
      return anyOf(CHECK_PREDICATES[check.kind], check.anyOf);
    case 'time':
      return [atMost('time', dateTerm(check.notAfter))];
    case 'depth':
      return [atMost('depth', { kind: 'integer', value: check.atMost })];
    case 'budget':
      return [budgetQuery(check)];
  }
}

function budgetQuery({ budget, holder, atMost: most }: BudgetCheck): Query {
  const predicate = {
    name: BUDGET_PREDICATES[budget],
    key: keyBytes(holder),
    term: { kind: 'variable', name: 'spent' },
  } as const;
  return { predicate, atMost: { kind: 'integer', value: most } };
}

function toCheck(queries: readonly Query[]): TokenCheck {
  const name = queries[0]?.predicate.name;
  switch (name) {
    case 'operation':
      return { kind: 'operation', anyOf: toTexts(queries, name).map(toOperation) };
    case 'within':
      return { kind: 'resource', anyOf: toTexts(queries, name) };
    case 'actor_provider':
      return { kind: 'provider', anyOf: toTexts(queries, name) };
    case 'actor_model':
      return { kind: 'model', anyOf: toTexts(queries, name) };
    case 'time':
      return { kind: 'time', notAfter: toInstant(toBound(queries, 'date').seconds) };
    case 'depth':
      return { kind: 'depth', atMost: toBound(queries, 'integer').value };
    default:
      return toBudget(queries, name);
  }
}

/** Whose key it has to be is the lint's question. */
function toBudget(queries: readonly Query[], name: string | undefined): BudgetCheck {
  const budget: BudgetKind | undefined = BUDGET_KINDS.find((kind) => BUDGET_PREDICATES[kind] === name);
  if (budget === undefined) throw malformed('a check asks for what heddle does not know');
  const key = queries[0]?.predicate.key;
  if (key === undefined) throw malformed('a budget names no holder');
  return { kind: 'budget', budget, holder: formatHex(key), atMost: toBound(queries, 'integer').value };
}

function toTexts(queries: readonly Query[], name: string): readonly string[] {
  return queries.map(({ predicate, atMost: bound }) => {
    if (predicate.name !== name || predicate.term.kind !== 'string' || bound !== null) {
      throw malformed('a check mixes what heddle keeps apart');
    }
    return predicate.term.text;
  });
}

/** The variable's name and all else that is not the bound is checked by encoding again. */
function toBound<K extends 'date' | 'integer'>(
  queries: readonly Query[],
  kind: K,
): Extract<Term, { readonly kind: K }> {
  const bound = queries[0]?.atMost ?? null;
  if (queries.length !== 1 || bound === null || !isKind(bound, kind)) {
    throw malformed('a check on time, depth or a budget is not one bound');
  }
  return bound;
}

function toOperation(text: string): (typeof REQUEST_OPERATIONS)[number] {
  const operation = REQUEST_OPERATIONS.find((known) => known === text);
  if (operation === undefined) throw malformed('a check names an unknown operation');
  return operation;
}

function toInstant(seconds: number): Instant {
  if (seconds > LATEST_SECONDS) throw malformed('a time lies after the year 9999');
  return formatInstant(seconds * 1000);
}

function anyOf(name: string, values: readonly string[]): readonly Query[] {
  return values.map((value) => ({ predicate: textFact(name, value), atMost: null }));
}

function atMost(name: string, bound: Term): Query {
  return { predicate: { name, term: { kind: 'variable', name } }, atMost: bound };
}

function textFact(name: string, text: string): Predicate {
  return { name, term: { kind: 'string', text } };
}

function holderFact(holder: string): Predicate {
  return { name: 'holder', term: { kind: 'bytes', bytes: keyBytes(holder) } };
}

/** What is no key the lint refuses. */
function keyBytes(holder: string): Uint8Array {
  return parseHex(holder) ?? new Uint8Array();
}

function dateTerm(instant: Instant): Term {
  return { kind: 'date', seconds: Math.floor(instantMilliseconds(instant) / 1000) };
}
