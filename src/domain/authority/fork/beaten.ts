import type { AuthorityId } from '#domain/id.ts';
import { parseResource } from '#domain/resource/resource.ts';
import { areApart, inOrder, type RecordNode } from './record-node.ts';

/**
 * Which records give nothing in a joined chain. A record is beaten by one that was made apart from it, on the other side
 * of a fork, and that took away what it gives or what its author needed for it; and by the other one where two give
 * what can be given once. Whatever stood on a beaten record is beaten, too. Whether one record beats another is said
 * by these two alone, so what is beaten depends on which records there are and on nothing else.
 *
 * @param sides records that only one of the joined chains has.
 * @param before what was beaten within either.
 * @param together all of both.
 */
export function beatenRecords(
  sides: readonly [readonly RecordNode[], readonly RecordNode[]],
  before: ReadonlySet<AuthorityId>,
  together: readonly RecordNode[],
): ReadonlySet<AuthorityId> {
  const beaten = new Set(before);
  for (const [mine, others] of [sides, sides.toReversed()]) {
    for (const node of mine ?? []) {
      if (!gives(node)) continue;
      if ((others ?? []).some((other) => areApart(node, other) && beats(other, node))) beaten.add(node.id);
    }
  }
  for (const node of inOrder(together)) {
    if (gives(node) && node.support.some((id) => beaten.has(id))) beaten.add(node.id);
  }
  return beaten;
}

/** What only takes away is never beaten, whoever wrote it. */
function gives({ record: { body } }: RecordNode): boolean {
  switch (body.kind) {
    case 'key':
    case 'grant':
      return body.action === 'add' || body.action === 'rotate';
    case 'replica':
    case 'unfreeze':
    case 'policy':
      return true;
    case 'genesis':
    case 'revoke':
    case 'freeze':
    case 'merge':
      return false;
  }
}

function beats(by: RecordNode, node: RecordNode): boolean {
  if (isSameKeys(by, node)) return false;
  return takesAuthor(by, node) || takesSubject(by, node) || givesTheSame(by, node);
}

/** Whether it took away what the other's author acted with. */
function takesAuthor({ record: { body } }: RecordNode, node: RecordNode): boolean {
  switch (body.kind) {
    case 'key':
      return body.action !== 'add' && body.principal === node.record.by;
    case 'revoke':
      return (
        (body.session !== null && body.session === node.session) ||
        (body.block !== null && node.blocks.includes(body.block))
      );
    case 'grant':
      return body.action === 'remove' && node.support.includes(body.grant);
    default:
      return false;
  }
}

/** Whether it took away, from the same, what the other gives. */
function takesSubject(by: RecordNode, { record: { body } }: RecordNode): boolean {
  const taken = by.record.body;
  if (body.kind === 'unfreeze') return taken.kind === 'freeze';
  if (body.kind === 'key')
    return taken.kind === 'key' && taken.action !== 'add' && taken.principal === body.principal;
  if (body.kind !== 'grant' || body.action !== 'add' || by.removed === null) return false;
  return by.removed.principal === body.principal && overlap(by.removed.resource, body.resource);
}

/** Names and keys are one principal's, and consent is to one act. */
function givesTheSame({ record: a }: RecordNode, { record: b }: RecordNode): boolean {
  if ((a.consents ?? []).some((request) => (b.consents ?? []).includes(request))) return true;
  if (a.body.kind !== 'key' || b.body.kind !== 'key') return false;
  if (a.body.action === 'revoke' || b.body.action === 'revoke') return false;
  if (a.body.principal === b.body.principal) return true;
  const [mine, others] = [a.body.keys, b.body.keys];
  const keys: readonly string[] = [others.root, others.record];
  return keys.includes(mine.root) || keys.includes(mine.record);
}

/** What two said alike of somebody's keys is said once. */
function isSameKeys({ record: a }: RecordNode, { record: b }: RecordNode): boolean {
  if (a.body.kind !== 'key' || b.body.kind !== 'key' || a.body.principal !== b.body.principal) return false;
  if (a.body.action === 'revoke' || b.body.action !== a.body.action) return false;
  return a.body.keys.root === b.body.keys.root && a.body.keys.record === b.body.keys.record;
}

/** Whether something may lie at both resources. */
function overlap(one: string, other: string): boolean {
  const [a, b] = [parseResource(one), parseResource(other)];
  return alongside(a.repository, b.repository) && alongside(a.thread, b.thread) && alongside(a.path, b.path);
}

function alongside(a: readonly string[], b: readonly string[]): boolean {
  const shorter = a.length < b.length ? a : b;
  return shorter.every((segment, index) => a[index] === b[index] && segment === a[index]);
}
