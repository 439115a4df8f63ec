import { asksOthersOrTime } from '#domain/decision/gates/guard.ts';
import { consentTo } from '#domain/decision/gates/quorum-gate.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { RequestOperation } from '#domain/authority/role.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { parseId, type OperationId } from '#domain/id.ts';
import type { LoggedOperation, OperationLine } from '#domain/operation/operation.ts';
import { actText } from '#domain/request/intended-act.ts';
import type { RequestRecord } from '#domain/request/request-set.ts';
import type { Instant } from '#domain/time.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { agreementOf } from '#usecases/requests/agreements.ts';
import { consentsOf } from '#usecases/requests/named-consents.ts';
import { askedTimes, lineTime, mayHaveUsed, withLostAct } from '#usecases/requests/used-consents.ts';
import type { AllowedLine } from '#usecases/verify/line-decisions.ts';
import { broughtRecords } from '#usecases/verify/verify-authority-line.ts';
import type { AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import type { VerifiedRequests } from '#usecases/verify/verify-request-set.ts';
import type { VerifiedTombstones } from '#usecases/verify/verify-tombstone-set.ts';

/** What was guarded when a line was written. */
interface Guarded {
  readonly operation: RequestOperation;
  readonly resource: string;
}

/**
 * Holds lines to the consent that they name: it was there, for just this act, by enough people, long enough before,
 * and no other line used it. What was guarded and names none is told too.
 */
export class ConsentLines {
  readonly #workspace: Workspace;
  readonly #authority: AuthorityHistory;
  readonly #requests: VerifiedRequests;
  readonly #tombstones: Pick<VerifiedTombstones, 'records'>;
  readonly #asked: ReadonlyMap<string, Instant>;
  /** For each line the earliest time that a later one names: no line was written after it. */
  readonly #before: ReadonlyMap<OperationId, Instant>;
  /** Which line used which request; lines come in their order. */
  readonly #used = new Map<string, OperationId>();
  readonly #untold: { readonly line: OperationLine; readonly since: Instant }[] = [];

  constructor(
    workspace: Workspace,
    {
      authority,
      requests,
      tombstones,
      operations,
    }: {
      readonly authority: AuthorityHistory;
      readonly requests: VerifiedRequests;
      readonly tombstones: Pick<VerifiedTombstones, 'records'>;
      readonly operations: readonly LoggedOperation[];
    },
  ) {
    this.#workspace = workspace;
    this.#authority = authority;
    this.#requests = requests;
    this.#tombstones = tombstones;
    this.#asked = askedTimes(operations.map(lineTime));
    this.#before = latestTimes(operations);
  }

  /** Takes in an allowed line whose sidecar was redacted, and since when nobody can tell by what it was done. */
  noteUntold(line: OperationLine, since: Instant): void {
    this.#untold.push({ line, since });
  }

  /** What is wrong with the consent to an allowed line; undefined where none was needed or it held. */
  async problem(operation: AllowedLine, chain: TokenChain | null): Promise<string | undefined> {
    const { line } = operation;
    const view = line.policy === null ? undefined : this.#authority.views.get(line.policy);
    if (view === undefined) return undefined;
    const consented: RequestRecord[] = [];
    for (const named of consentsOf(operation)) {
      const before = this.#used.get(named);
      if (before !== undefined) return `it uses up the consent to ${named}, which ${before} used up`;
      this.#used.set(named, operation.id);
      const record = this.#requests.records.get(parseId('hq', named));
      if (record === undefined) return `the request ${named} that it was done by is not in the set`;
      const untold = this.#untold.some(
        ({ line: gone, since }) => line.at >= since && mayHaveUsed(gone, record),
      );
      if (untold) return `a redacted line may have used up the consent to ${named} before`;
      if (!(await this.#held(operation, { record, view, chain, now: operation.line.at }))) {
        return `the consent to ${named} did not hold for it`;
      }
      const latest = this.#before.get(operation.id) ?? operation.line.at;
      if (!(await this.#held(operation, { record, view, chain, now: latest }))) {
        return `it says that the wait for ${named} was over, and later lines say that it was not`;
      }
      consented.push(record);
    }
    const other = this.#otherRecord(operation);
    if (other !== undefined) return other;
    const unasked = this.#guarded(operation, view).find(
      ({ operation: what }) => !consented.some(({ request }) => request.operation === what),
    );
    return (
      unasked && `${unasked.operation} was guarded on ${unasked.resource}, and it names nobody's consent`
    );
  }

  async #held(
    { line, texts }: AllowedLine,
    {
      record,
      view,
      chain,
      now,
    }: {
      readonly record: RequestRecord;
      readonly view: AuthorityView;
      readonly chain: TokenChain | null;
      readonly now: Instant;
    },
  ): Promise<boolean> {
    if (chain === null) return false;
    const judge = {
      engine: await this.#workspace.tokens.loadEngine(),
      hasher: this.#workspace.hasher,
      asked: this.#asked,
      tombstones: this.#tombstones.records,
    };
    const agreement = agreementOf(judge, { authority: view, now: line.at }, record);
    const act = actText({ op: line.op, args: jsonField(texts.args, 'verb') ?? null });
    const { operation, resources, granting } = record.request;
    const asked = { operation, resources, granting, authority: view, now };
    const done = { kind: 'done', act, consent: record.id } as const;
    const lost = { redactedBy: record.redactedBy, act, at: line.at };
    const agreements =
      agreement === undefined
        ? []
        : [withLostAct(agreement, lost, { view, tombstones: this.#tombstones.records })];
    return consentTo({ ...asked, agreements, act: done }, chain) === record.id;
  }

  /** A removal's record, which travels, names the same consent as its line, and nobody else's does. */
  #otherRecord(operation: AllowedLine): string | undefined {
    const { line } = operation;
    if (line.op !== 'purge' && line.op !== 'lift') return this.#otherAuthority(operation);
    const named = consentsOf(operation);
    const acts = [...this.#tombstones.records.values()].flatMap(({ lifts, purges }) =>
      (line.op === 'lift' ? lifts : purges).map(({ act }) => act),
    );
    const own = acts.find(({ at, holder }) => at === line.at && holder === line.holder);
    if (own === undefined || (own.consent ?? undefined) === named[0]) return undefined;
    return `the ${line.op} that it added names another consent than it does`;
  }

  /** The same of what it added to the authority chain, which travels, too. */
  #otherAuthority(operation: AllowedLine): string | undefined {
    const brought = broughtRecords(operation.texts, this.#authority);
    if (brought.length === 0) return undefined;
    const [said, used] = [
      consentsOf(operation).toSorted(),
      brought.flatMap(({ consents }) => consents).toSorted(),
    ];
    const same = said.length === used.length && said.every((request, index) => request === used[index]);
    return same ? undefined : 'the record that it added names other consents than it does';
  }

  /** What of a line others had to agree to. */
  #guarded({ line, texts }: AllowedLine, view: AuthorityView): readonly Guarded[] {
    const removal = REMOVALS[line.op];
    const removed = removal === undefined ? [] : [{ operation: removal, resource: texts.resource ?? '' }];
    const records = broughtRecords(texts, this.#authority).flatMap((record): readonly Guarded[] => {
      if (record.kind === 'unfreeze') return [{ operation: 'repo:unfreeze', resource: view.repository }];
      if (record.kind === 'policy') return [{ operation: 'policy:write', resource: view.repository }];
      if (record.kind === 'grant') {
        const grant = record.action === 'add' ? record : view.grants.find(({ id }) => id === record.grant);
        return [{ operation: 'grant:write', resource: grant?.resource ?? view.repository }];
      }
      // Keys of one's own are one's own affair.
      const own = record.kind === 'key' && record.principal === line.actor.principal;
      return record.kind === 'key' && !own ? [{ operation: 'key:write', resource: view.repository }] : [];
    });
    return [...removed, ...records].filter(({ operation, resource }) =>
      asksOthersOrTime({ authority: view, operation, resources: [resource] }),
    );
  }
}

const REMOVALS: Readonly<Partial<Record<string, RequestOperation>>> = {
  purge: 'purge:apply',
  lift: 'redact:lift',
};

/** What a line's own time can be at most: that of the earliest line that was written after it. */
function latestTimes(operations: readonly LoggedOperation[]): ReadonlyMap<OperationId, Instant> {
  const times = new Map<OperationId, Instant>();
  let earliest: Instant | undefined;
  for (const { id, line } of operations.toSorted((a, b) => b.line.lamport - a.line.lamport)) {
    if (earliest === undefined || line.at < earliest) earliest = line.at;
    times.set(id, earliest);
  }
  return times;
}
