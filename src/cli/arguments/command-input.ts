import { HeddleError } from '#domain/error.ts';
import { REQUEST_OPERATIONS, ROLES, type RequestOperation, type Role } from '#domain/authority/role.ts';
import { parseDuration, parseInstant, type Instant } from '#domain/time.ts';
import { parseBudget, type Budget } from '#domain/token/budget.ts';
import { BUDGET_KINDS } from '#domain/token/budget-kind.ts';
import type { CommandInput } from '#cli/command.ts';
import { verbName, type OptionSpec, type ValueKind, type VerbSpec } from '#cli/table/verb-spec.ts';

/** What was typed for one option: how often a flag or with which texts, in order. Absent: not given. */
export type TypedValues = ReadonlyMap<string, readonly string[]>;

export interface Typed {
  readonly verb: VerbSpec;
  /** By the argument's name. */
  readonly arguments: ReadonlyMap<string, string>;
  /** What was given for the argument that takes all that is left. */
  readonly words: readonly string[];
  /** By the option's name; a flag has one empty text. */
  readonly options: TypedValues;
  /** What stands behind `--` for a verb that takes another program's command line. */
  readonly rest: readonly string[];
}

/** Checks every value against its kind and choices; throws `USAGE`, `DURATION_INVALID`. */
export function checkTyped(typed: Typed): void {
  for (const spec of typed.verb.arguments) {
    const value = typed.arguments.get(spec.name);
    if (value !== undefined) checkText(spec.name, value, spec.choices);
    if (spec.name.endsWith('...')) for (const word of typed.words) checkText(spec.name, word, spec.choices);
  }
  for (const spec of typed.verb.options) {
    for (const value of typed.options.get(spec.name) ?? []) checkOption(spec, value);
  }
  checkExactlyOne(typed);
  checkAtLeastOne(typed);
  checkAtMostOne(typed);
  checkRest(typed);
}

function checkRest({ verb, rest }: Typed): void {
  if (verb.rest?.required === false) for (const word of rest) checkText(verb.rest.placeholder, word, null);
  if (verb.rest?.required !== true || (rest[0] ?? '') !== '') return;
  throw usage(`${verbName(verb)} needs a program behind --`, { help: verbName(verb) });
}

function checkOption(spec: OptionSpec, value: string): void {
  if (spec.value === null || (value === '' && spec.value.placeholder.startsWith('['))) return;
  checkText(`--${spec.name}`, value, spec.choices);
  READERS[spec.value.kind](value, `--${spec.name}`);
}

function checkText(name: string, value: string, choices: readonly string[] | null): void {
  if (value === '') throw usage(`${name} is empty`);
  if (choices !== null && !choices.includes(value)) {
    throw usage(`${name} cannot be ${quoteTyped(value)}`, { expected: choices });
  }
}

function checkExactlyOne({ verb, options }: Typed): void {
  if (verb.exactlyOne.length === 0) return;
  const given = verb.exactlyOne.filter((name) => options.has(name));
  if (given.length === 1) return;
  const names = verb.exactlyOne.map((name) => `--${name}`);
  throw usage(`${verbName(verb)} needs exactly one of ${names.join(' and ')}`, { expected: names });
}

function checkAtLeastOne({ verb, options }: Typed): void {
  for (const group of verb.atLeastOne) {
    if (group.some((name) => options.has(name))) continue;
    const names = group.map((name) => `--${name}`);
    throw usage(`${verbName(verb)} needs ${names.join(' or ')}`, { help: verbName(verb) });
  }
}

function checkAtMostOne({ verb, options }: Typed): void {
  const given = verb.atMostOne.filter((name) => options.has(name)).map((name) => `--${name}`);
  if (given.length > 1) {
    throw usage(`${given.join(' and ')} exclude each other`, { help: verbName(verb) });
  }
}

const READERS: Readonly<Record<ValueKind, (value: string, name: string) => unknown>> = {
  text: (value) => value,
  reason: readReason,
  list: (value) => value,
  integer: readInteger,
  duration: parseDuration,
  instant: readInstant,
  operations: readOperations,
  budget: readBudget,
  uuid: readUuid,
};

/** Letters: room for why. */
const LONGEST_REASON = 1000;

function readReason(value: string, name: string): string {
  const reason = value.trim();
  if (reason === '') throw usage(`${name} is empty`);
  if (Array.from(reason).length <= LONGEST_REASON) return reason;
  throw usage(`${name} is longer than ${LONGEST_REASON} letters`);
}

function readInteger(value: string, name: string): number {
  const number = /^(?:0|[1-9]\d{0,15})$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw usage(`${name} is not a whole number: ${quoteTyped(value)}`);
  return number;
}

function readInstant(value: string, name: string): Instant {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})(\.\d{3})?Z)?$/.exec(value);
  try {
    return parseInstant(`${match?.[1] ?? ''}T${match?.[2] ?? '00:00:00'}${match?.[3] ?? '.000'}Z`);
  } catch (cause) {
    throw usage(`${name} is not a time: ${quoteTyped(value)}`, {
      expected: ['2027-01-31', '2027-01-31T18:00:00Z'],
      cause,
    });
  }
}

function readOperations(value: string, name: string): readonly RequestOperation[] {
  return value.split(',').map((word) => {
    const operation = REQUEST_OPERATIONS.find((candidate) => candidate === word);
    if (operation === undefined) {
      throw usage(`${name} cannot be ${quoteTyped(word)}`, { expected: REQUEST_OPERATIONS });
    }
    return operation;
  });
}

function readBudget(value: string, name: string): Budget {
  const budget = parseBudget(value);
  if (typeof budget !== 'string') return budget;
  throw usage(`${name} ${budget}`, { expected: BUDGET_KINDS.map((kind) => `${kind}=N`) });
}

function readUuid(value: string, name: string): string {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) {
    throw usage(`${name} is not a UUID: ${quoteTyped(value)}`);
  }
  return value.toLowerCase();
}

interface UsageDetails {
  readonly expected?: readonly string[];
  /** What was probably meant. */
  readonly suggestion?: string;
  /** Words of the verb or group that help is to be asked for. */
  readonly help?: string;
  readonly cause?: unknown;
}

/** A `USAGE` error; nothing has run yet when it is thrown. */
export function usage(message: string, { cause, ...facts }: UsageDetails = {}): HeddleError {
  return new HeddleError('USAGE', message, { facts, preserved: 'nothing was changed', cause });
}

/** What somebody typed, as a message shows it. */
export function quoteTyped(value: string): string {
  return `'${value.length > 60 ? `${value.slice(0, 60)}…` : value}'`;
}

/** Gives a verb its typed values. {@link checkTyped} must have passed. */
export function commandInput(typed: Typed): CommandInput {
  const last = (name: string): string | null => valuesOf(typed, name).at(-1) ?? null;
  const read = <T>(name: string, parse: (value: string, name: string) => T): T | null => {
    const value = last(name);
    return value === null ? null : parse(value, `--${name}`);
  };
  const argument = (name: string): string => {
    const value = argumentOf(typed, name);
    if (value === undefined) throw new Error(`invariant: the parser requires ${name}`);
    return value;
  };
  return {
    argument,
    optionalArgument: (name) => argumentOf(typed, name) ?? null,
    words: () => typed.words,
    rest: () => typed.rest,
    json: typed.options.has('json'),
    flag: (name) => valuesOf(typed, name).length > 0,
    text: (name) => read(name, (value) => value),
    reason: (name) => read(name, readReason),
    list: (name) => valuesOf(typed, name),
    integer: (name) => read(name, readInteger),
    duration: (name) => read(name, parseDuration),
    instant: (name) => read(name, readInstant),
    operations: (name) => [...new Set(valuesOf(typed, name).flatMap((value) => readOperations(value, name)))],
    budget: (name) => read(name, readBudget),
    role: (name) => choose<Role>(ROLES, argument(name)),
    operation: (name) => choose<RequestOperation>(REQUEST_OPERATIONS, argument(name)),
  };
}

function valuesOf({ verb, options }: Typed, name: string): readonly string[] {
  if (!verb.options.some((spec) => spec.name === name)) {
    throw new Error(`invariant: ${verbName(verb)} has no option ${name}`);
  }
  return options.get(name) ?? [];
}

function argumentOf(typed: Typed, name: string): string | undefined {
  if (!typed.verb.arguments.some((spec) => spec.name === name)) {
    throw new Error(`invariant: ${verbName(typed.verb)} has no argument ${name}`);
  }
  return typed.arguments.get(name);
}

function choose<T extends string>(choices: readonly T[], value: string): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new Error(`invariant: the table restricts ${value}`);
  return found;
}
