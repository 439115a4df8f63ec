import { jsonField } from '#domain/encoding/json-field.ts';
import type { AuthorityId, Digest } from '#domain/id.ts';
import type { LoggedOperation, OperationTexts } from '#domain/operation/operation.ts';
import { TOMBSTONES_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { everyOperation } from '#usecases/segments/published-operations.ts';
import { setNames } from '#usecases/tombstones/set/set-names.ts';
import type { Revocation } from './revocations.ts';
import type { HeardOf } from './suspect.ts';

/** What the authors of revocations had heard of, by the lines that they named. */
export type ToldRemovals = ReadonlyMap<AuthorityId, HeardOf>;

/** Reads the logs that are here up to the lines that revocations name. */
export async function readToldRemovals(
  workspace: Workspace,
  revocations: readonly Revocation[],
): Promise<ToldRemovals> {
  const reading = revocations.map((one) => new Reading(one));
  for await (const operation of everyOperation(workspace))
    for (const one of reading) await one.add(workspace, operation);
  return new Map(reading.map((one) => [one.id, one.result()]));
}

/** Verbs by which tombstones of others arrive: with its sidecar such a line loses which these were. */
const BRINGING: ReadonlySet<LoggedOperation['line']['op']> = new Set(['pull', 'receive', 'adopt']);

class Reading {
  readonly id: AuthorityId;
  readonly #lines: Set<string>;
  /** The first line of each log that was reached so far. */
  readonly #down = new Map<Digest, number>();
  /** Logs in which what may have named tombstones was taken away. */
  readonly #mute = new Set<Digest>();
  readonly #tombstones = new Set<string>();
  readonly #purges = new Set<string>();
  readonly #untold = new Set<string>();

  constructor({ id, seen }: Revocation) {
    this.id = id;
    this.#lines = new Set(seen.filter((one) => one.startsWith('ho-')));
  }

  async add(workspace: Workspace, { id, line, texts }: LoggedOperation): Promise<void> {
    if (!this.#lines.delete(id) && !this.#down.has(line.replica)) return;
    this.#down.set(line.replica, line.seq);
    if (line.verdict.verdict === 'deny') return;
    if (texts === 'redacted') {
      if (line.op === 'redact') this.#untold.add(`${line.at} ${line.actor.principal}`);
      if (BRINGING.has(line.op)) this.#mute.add(line.replica);
      return;
    }
    for (const one of await namedBy(workspace, texts)) this.#tombstones.add(one);
    for (const effect of texts.effects) if (effect.kind === 'purge') this.#purges.add(effect.tombstone);
  }

  result(): HeardOf {
    const read = [...this.#down].flatMap(([replica, seq]) =>
      seq === 0 && !this.#mute.has(replica) ? [replica] : [],
    );
    return {
      read: new Set(read),
      lacks: this.#lines.size > 0 || read.length < this.#down.size,
      tombstones: this.#tombstones,
      purges: this.#purges,
      untold: this.#untold,
    };
  }
}

/** The tombstones that a line made or brought, as far as anything tells. */
async function namedBy(
  workspace: Workspace,
  { result, effects, refs }: OperationTexts,
): Promise<readonly string[]> {
  const made = jsonField(result, 'tombstone');
  const added = jsonField(result, 'added');
  return [
    ...(typeof made === 'string' ? [made] : []),
    ...(Array.isArray(added) ? added.filter((one) => typeof one === 'string') : []),
    ...effects.flatMap((effect) => ('tombstone' in effect ? [effect.tombstone] : [])),
    // The set that it left, where that is still there.
    ...(await setNames(workspace, refs.find(({ name }) => name === TOMBSTONES_REF)?.new ?? null)),
  ];
}
