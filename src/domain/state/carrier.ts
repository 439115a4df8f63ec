import { utf8 } from '#domain/encoding/bytes.ts';
import type { StateId } from '#domain/id.ts';
import type { State } from './state.ts';
import { instantMilliseconds, type Instant } from '#domain/time.ts';

/*
 * A carrier is a Git commit that is a function of what it carries: its author, dates and message are derived,
 * and nothing is ever read back from them.
 *
 *   state      state.json texts.json attestation.json chain manifest/ files/
 *   authority  record.json texts.json attestation.json [chain]
 */

export interface CarrierCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly principal: string;
  readonly at: Instant;
  readonly message: string;
}

/** Encodes the commit object's content. */
export function encodeCarrierCommit(commit: CarrierCommit): Uint8Array {
  const name = personName(commit.principal);
  const seconds = Math.floor(instantMilliseconds(commit.at) / 1000);
  const person = `${name} <${name}> ${seconds} +0000`;
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${person}`,
    `committer ${person}`,
    '',
    commit.message,
    '',
  ];
  return utf8(lines.join('\n'));
}

/** Encodes the commit that carries a state: a function of the state, of its tree and of its parents. */
export function encodeStateCarrier(
  carrier: Pick<CarrierCommit, 'tree' | 'parents'> & { readonly id: StateId; readonly state: State },
): Uint8Array {
  const { tree, parents, id, state } = carrier;
  return encodeCarrierCommit({
    tree,
    parents,
    principal: state.actor.principal,
    at: state.capturedAt,
    message: stateMessage(id, state.thread),
  });
}

/** The message of a state's carrier. */
export function stateMessage(state: StateId, thread: string): string {
  return `heddle ${state}\n\nThread: ${thread}`;
}

// Git ends a person's name at these, and trims punctuation from its ends.
// eslint-disable-next-line no-control-regex
const NOT_IN_NAMES = /[<>\u0000-\u001f\u007f]/g;

/** A principal as Git takes a name or an address: nothing of it ends either. */
export function personName(principal: string): string {
  return principal.replace(NOT_IN_NAMES, '').replace(/^[\s.,:;"'\\]+|[\s.,:;"'\\]+$/g, '') || 'heddle';
}

/** What of a commit object a reader of carriers needs. */
export interface CommitLinks {
  readonly tree: string;
  readonly parents: readonly string[];
}

/** Reads tree and parents from a commit's header; undefined for anything but a well-formed one. */
export function parseCommitLinks(content: Uint8Array): CommitLinks | undefined {
  const header = new TextDecoder('latin1').decode(content.subarray(0, 16_384));
  const match = /^tree ([0-9a-f]{40,64})\n((?:parent [0-9a-f]{40,64}\n)*)author /.exec(header);
  if (match?.[1] === undefined) return undefined;
  const parents = [...(match[2] ?? '').matchAll(/parent ([0-9a-f]+)\n/g)].map((found) => found[1] ?? '');
  return { tree: match[1], parents };
}
