import { jsonField } from '#domain/encoding/json-field.ts';
import type { AuthorityBody } from '#domain/authority/authority.ts';
import type { LoggedOperation, OperationKind, OperationTexts } from '#domain/operation/operation.ts';
import { NO_RULES } from '#domain/policy/policy.ts';
import { ruleChanges } from '#domain/policy/rule-changes.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { AuthorityHistory } from './verify-authority.ts';

type Kind = AuthorityBody['kind'];
type ChainRecord = AuthorityHistory['records'][number];

/** What the record is that a line of each kind brings into the authority chain. */
const RECORDS: Partial<Record<OperationKind, Kind>> = {
  freeze: 'freeze',
  unfreeze: 'unfreeze',
  'token-revoke': 'revoke',
  'key-add': 'key',
  'key-revoke': 'key',
  'key-rotate': 'key',
  'policy-set': 'policy',
};

/** What taking one back brings. */
const OPPOSITES: Partial<Record<OperationKind, Kind>> = {
  freeze: 'unfreeze',
  unfreeze: 'freeze',
  'key-add': 'key',
  'policy-set': 'policy',
};

/** Kinds of operations whose undo moves the authority chain and nothing else. */
export const UNDONE_BY_RECORD: ReadonlySet<OperationKind> = new Set([
  'grant-add',
  'grant-remove',
  'freeze',
  'unfreeze',
  'key-add',
  'policy-set',
]);

/**
 * What is wrong with a line that says authority was taken back or returned: it brings the one record that it
 * names, its answer names that record, and nothing else happens. Undefined for any other kind of line.
 */
export function authorityLineProblem(
  { line, texts }: LoggedOperation & { readonly texts: OperationTexts },
  history: AuthorityHistory,
): string | undefined {
  const kind = RECORDS[line.op];
  if (kind === undefined) return undefined;
  if (texts.effects.length > 0) return `a ${line.op} does more than write a record`;
  const brought = broughtRecords(texts, history);
  const [record, ...others] = brought;
  if (record?.kind !== kind || others.length > 0) return `its line brings no record of the kind ${kind}`;
  return jsonField(texts.result, 'id') === record.id ? undefined : 'its record is not the one that it names';
}

/** The same for what takes such a line back. */
export function authorityUndoProblem(
  undone: LoggedOperation & { readonly texts: OperationTexts },
  texts: OperationTexts,
  history: AuthorityHistory,
): string | undefined {
  const kind = OPPOSITES[undone.line.op];
  if (kind === undefined) return undefined;
  const [record, ...others] = broughtRecords(texts, history);
  if (record?.kind !== kind || others.length > 0) return 'it brings no record of the opposite kind';
  return record.kind === 'policy' && !restores(record, jsonField(undone.texts.result, 'id'), history)
    ? 'it does not set what was asked before'
    : undefined;
}

/** The same for what does such a line again: it brings another record that says the same. */
export function authorityRedoProblem(
  done: LoggedOperation & { readonly texts: OperationTexts },
  texts: OperationTexts,
  history: AuthorityHistory,
): string | undefined {
  if (texts.effects.length > 0) return 'it does more than write a record';
  const [[was, ...before], [is, ...others]] = [
    broughtRecords(done.texts, history),
    broughtRecords(texts, history),
  ];
  if (was === undefined || is === undefined || before.length + others.length > 0)
    return 'it brings no record of its own';
  return saysTheSame(was, is) ? undefined : 'its record does not say what was undone';
}

function saysTheSame(was: ChainRecord, is: ChainRecord): boolean {
  if (was.kind === 'grant' && is.kind === 'grant') return was.action === is.action;
  if (was.kind === 'policy' && is.kind === 'policy') {
    return was.resource === is.resource && ruleChanges(was.rules, is.rules).length === 0;
  }
  return was.kind === is.kind && (is.kind === 'freeze' || is.kind === 'unfreeze');
}

/** Tells whether a policy is what stood at its resource until another record. */
function restores(
  { resource, rules }: Extract<AuthorityBody, { readonly kind: 'policy' }>,
  undone: unknown,
  { records, knows }: AuthorityHistory,
): boolean {
  const target = records.find(({ id }) => id === undone);
  if (target?.kind !== 'policy' || target.resource !== resource) return false;
  const before = records
    .filter(({ id }) => id !== target.id && knows(target.id, id))
    .flatMap((record) => (record.kind === 'policy' && record.resource === resource ? [record.rules] : []))
    .at(-1);
  return ruleChanges(before ?? NO_RULES, rules).length === 0;
}

/** The records that a line's move of the authority chain adds, but for the clone's own registration. */
export function broughtRecords(
  { refs }: OperationTexts,
  { commits, records, knows }: AuthorityHistory,
): AuthorityHistory['records'] {
  return refs
    .filter(({ name }) => name === AUTHORITY_REF)
    .flatMap(({ old, new: next }) => {
      const from = commits.get(old ?? '');
      const to = commits.get(next ?? '');
      if (to === undefined) return [];
      return records.filter(({ id }) => knows(to, id) && (from === undefined || !knows(from, id)));
    })
    .filter(({ kind }) => kind !== 'replica');
}
