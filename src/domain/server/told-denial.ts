import { REQUEST_OPERATIONS, ROLES, type RequestOperation, type Role } from '#domain/authority/role.ts';
import { DENIAL_CODES, type Denial, type DenialCode, type FailedCheck } from '#domain/decision/decision.ts';
import { GATES, type Gate } from '#domain/decision/gate.ts';

/** A role, and where. */
interface RoleAt {
  readonly role: Role;
  readonly at: string;
}

/** A denial as a server tells whoever pushed what was denied. */
export interface ToldDenial {
  /** What of the push it is about: a state, a line, a ref. */
  readonly subject: string;
  readonly code: DenialCode;
  readonly stage: Gate;
  /** A clause. */
  readonly message: string;
  readonly operation: RequestOperation;
  readonly resource: string;
  /** Null for nobody. */
  readonly principal: string | null;
  readonly via: readonly string[];
  readonly required: RoleAt | null;
  readonly held: RoleAt | null;
  /** Checks of the credential that failed, in words. */
  readonly failed: readonly string[];
  /** Commands of heddle, and by whom they would help. */
  readonly fixes: readonly { readonly argv: readonly string[]; readonly who: readonly string[] }[];
  /** Why there is no fix, where there is none. */
  readonly why: string | null;
}

/** Of each list; and of the denials of one push. */
const MOST = 5;
/** Git cuts no line that is shorter. */
const LONGEST = 400;

/** How many denials a server tells of one push. */
export const MOST_DENIALS_TOLD = MOST;

/** What of a denial is told; lists and words are cut off where nobody would read on. */
export function toldDenial(subject: string, denial: Denial): ToldDenial {
  const { code, stage, operation, required, held } = denial;
  return {
    subject,
    code,
    stage,
    message: clip(denial.message),
    operation,
    resource: clip(denial.resource),
    principal: denial.principal,
    via: denial.via.slice(0, MOST).map(({ agent }) => agent),
    required: required === null ? null : { role: required.role, at: clip(required.at) },
    held: held === null ? null : { role: held.role, at: clip(held.at) },
    failed: denial.failed.slice(0, MOST).map((check) => clip(failedWords(check))),
    fixes: denial.fixes.slice(0, MOST).map(({ argv, who }) => ({ argv, who: who.slice(0, MOST) })),
    why: denial.why === null ? null : clip(denial.why),
  };
}

function failedWords({ block, agent, check, expected, actual }: FailedCheck): string {
  const whose = agent === null ? '' : ` (${agent})`;
  return `block ${block}${whose}: ${check}; expected ${expected.join(' or ')}, is ${actual}`;
}

function clip(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

/*
 * As text, a line for each field: a label, at least two spaces, a value. `denied` begins; `failed`, `fix` and `run by` may
 * stand more than once. `cli/refused-push-text.ts` writes it.
 */
const FIELD = /^(denied|reason|asked|principal|required|held|failed|fix|run by|why) {2,}(\S.*)$/;
const DENIED = /^(\S{1,300}): ([A-Z_]{1,40}) at ([a-z]{1,20})$/;
const ASKED = /^([a-z:]{1,40}) on (\S{1,400})$/;
const PRINCIPAL = /^(\S{1,320})(?: via (\S{1,100}(?:, \S{1,100}){0,4}))?$/;
const ROLE_AT = /^([a-z]{1,20}) at (\S{1,400})$/;
const WORD = /(?:[\w@%+=:,./-]|'[^']{0,400}'|\\')+/g;
const COMMAND = new RegExp(`^heddle(?: ${WORD.source}){1,40}$`);
/** What fixes of denials begin with. Others a server made up: they could start what it likes, or destroy something. */
const ADVISED =
  /^heddle (?:approve|freeze|grant add|login|purge approve|purge propose|request|review|token attenuate)(?: |$)/;

/**
 * Reads the denials that a server's answer tells of, and the lines that are about something else. It is the server's
 * word and nothing more: one that has anything of another form, a code or an operation that this version does not know,
 * or a command that no denial of heddle's names, is left among the other lines.
 */
export function readToldDenials(said: readonly string[]): {
  readonly denials: readonly ToldDenial[];
  readonly rest: readonly string[];
} {
  const denials: ToldDenial[] = [];
  const rest: string[] = [];
  for (let at = 0; at < said.length;) {
    const block = blockAt(said, at);
    const denial = block.length === 0 || denials.length >= MOST ? undefined : readBlock(block);
    const lines = Math.max(block.length, 1);
    if (denial === undefined) rest.push(...said.slice(at, at + lines));
    else denials.push(denial);
    at += lines;
  }
  return { denials, rest };
}

type Field = readonly [label: string, value: string];

/** The fields that stand together from there on; empty where none begins. */
function blockAt(said: readonly string[], from: number): readonly Field[] {
  const fields: Field[] = [];
  for (const line of said.slice(from)) {
    const [, label, value] = FIELD.exec(line.trim()) ?? [];
    if (label === undefined || value === undefined || (label === 'denied') !== (fields.length === 0)) break;
    fields.push([label, value]);
  }
  return fields;
}

function readBlock(fields: readonly Field[]): ToldDenial | undefined {
  const [asked, rights, fixes] = [readAsked(fields), readRights(fields), readFixes(fields)];
  if (asked === undefined || rights === undefined || fixes === undefined) return undefined;
  return {
    ...asked,
    ...rights,
    message: only(fields, 'reason'),
    failed: values(fields, 'failed').slice(0, MOST),
    fixes,
    why: only(fields, 'why') || null,
  };
}

function values(fields: readonly Field[], label: string): readonly string[] {
  return fields.flatMap(([name, value]) => (name === label ? [value] : []));
}

/** Nothing where it stands more than once. */
function only(fields: readonly Field[], label: string): string {
  const [value = '', ...more] = values(fields, label);
  return more.length === 0 ? value : '';
}

function readAsked(
  fields: readonly Field[],
): Pick<ToldDenial, 'subject' | 'code' | 'stage' | 'operation' | 'resource'> | undefined {
  const [, subject, coded, staged] = DENIED.exec(only(fields, 'denied')) ?? [];
  const [, operated, resource] = ASKED.exec(only(fields, 'asked')) ?? [];
  const code = DENIAL_CODES.find((name) => name === coded);
  const stage = GATES.find((name) => name === staged);
  const operation = REQUEST_OPERATIONS.find((name) => name === operated);
  if (subject === undefined || resource === undefined) return undefined;
  if (code === undefined || stage === undefined || operation === undefined) return undefined;
  return { subject, code, stage, operation, resource };
}

function readRights(
  fields: readonly Field[],
): Pick<ToldDenial, 'principal' | 'via' | 'required' | 'held'> | undefined {
  const [, principal, via] = PRINCIPAL.exec(only(fields, 'principal')) ?? [];
  const [required, held] = [roleAt(only(fields, 'required')), roleAt(only(fields, 'held'))];
  if (principal === undefined || required === undefined || held === undefined) return undefined;
  return {
    principal: principal === 'nobody' ? null : principal,
    via: via === undefined ? [] : via.split(', '),
    required,
    held,
  };
}

function roleAt(text: string): RoleAt | null | undefined {
  if (text === 'nothing') return null;
  const [, name, at] = ROLE_AT.exec(text) ?? [];
  const role = ROLES.find((known) => known === name);
  return role === undefined || at === undefined ? undefined : { role, at };
}

function readFixes(fields: readonly Field[]): ToldDenial['fixes'] | undefined {
  const fixes: { readonly argv: readonly string[]; readonly who: readonly string[] }[] = [];
  for (const [label, value] of fields) {
    const last = fixes.at(-1);
    if (label === 'run by') {
      if (last === undefined || last.who.length > 0) return undefined;
      fixes[fixes.length - 1] = { ...last, who: value.split(', ').slice(0, MOST) };
    }
    if (label !== 'fix') continue;
    if (!COMMAND.test(value) || !ADVISED.test(value) || fixes.length >= MOST) return undefined;
    fixes.push({ argv: (value.match(WORD) ?? []).map(unquoted), who: [] });
  }
  return fixes;
}

/** As a POSIX shell reads a word that was quoted for it. */
function unquoted(word: string): string {
  return word.replaceAll(/'([^']*)'|\\'/g, (quoted, inside: string | undefined) =>
    quoted === String.raw`\'` ? "'" : (inside ?? ''),
  );
}
