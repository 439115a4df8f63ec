import type { AuthorityEntry } from '#domain/authority/authority-fold.ts';
import { AuthorityGraph, type AddedRecord } from '#domain/authority/fork/authority-graph.ts';
import type { AuthorityBody, AuthorityView } from '#domain/authority/authority.ts';
import type { AuthorityId } from '#domain/id.ts';
import { ChainWriter, type WriteOptions } from './authority-chain.ts';

/** Authority records being written on several sides of forks. */
export class ForkWriter {
  readonly #maker = new ChainWriter();
  readonly verifier = this.#maker.verifier;
  readonly graph = new AuthorityGraph(this.verifier);
  /** Every record that was found valid, in the order in which they were written. */
  readonly entries: AuthorityEntry[] = [];
  readonly genesis: AuthorityId;

  constructor() {
    const [genesis] = this.#maker.entries;
    if (genesis === undefined) throw new Error('a chain begins with a genesis');
    const added = this.add(genesis);
    if (added.kind === 'violation') throw new Error(added.violation.why);
    this.genesis = added.id;
  }

  add(entry: AuthorityEntry): AddedRecord {
    const added = this.graph.add(entry);
    if (added.kind === 'view') this.entries.push(entry);
    return added;
  }

  /** Writes a record after others; not added where it is not valid. */
  after(prev: readonly AuthorityId[], body: AuthorityBody, options: WriteOptions = {}): AddedRecord {
    const seq = 1 + Math.max(...prev.map((id) => this.view(id).seq));
    const record = { prev, seq, repo: this.genesis, ...options.record };
    return this.add(this.#maker.make(body, { ...options, record }));
  }

  /** The same of one that has to be valid; its id. */
  write(prev: AuthorityId, body: AuthorityBody, options: WriteOptions = {}): AuthorityId {
    return idOf(this.after([prev], body, options));
  }

  merge(one: AuthorityId, other: AuthorityId, options: WriteOptions = {}): AddedRecord {
    return this.after([one, other].toSorted(), { kind: 'merge' }, options);
  }

  view(id: AuthorityId): AuthorityView {
    const view = this.graph.view(id);
    if (view === undefined) throw new Error(`${id} is not there`);
    return view;
  }
}

/** The id of a record that was added. */
export function idOf(added: AddedRecord): AuthorityId {
  if (added.kind === 'violation') throw new Error(added.violation.why);
  return added.id;
}

/** Why a record was not added; `valid` of one that was. */
export function problemOf(added: AddedRecord): string {
  return added.kind === 'view' ? 'valid' : added.violation.why;
}
