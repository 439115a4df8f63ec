import { compareBytes, concatBytes, decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { ReplicaIdentity, VerifySignature } from '#ports/keys.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knownHome } from '#usecases/caller/known-home.ts';

/*
 * Signatures of one kind, of states or of authority records, that this home found good: a line, and entries of 160 bytes
 * in order of their bytes.
 *
 *   <digest of all entries, of kind "verified", keyed with the clone's secret> LF
 *   state id, or hash of a record (32 bytes) ‖ public key (64, the letters that it was given as) ‖ signature (64)   as often as there are any
 *
 * The secret lies in the home: whoever writes the repository alone cannot make a file that is believed. An entry says
 * that this key made this signature over this id, which stays true for ever; whose key it is, and what it was allowed,
 * is asked each time. Of records the digest is of `authority` LF and the entries: one kind is never taken for the other.
 */

const LENGTHS = [32, 64, 64];
const ENTRY_BYTES = 160;
/** Kinds that are remembered, and how many of each: with one more the old ones are forgotten. */
const MOST_ENTRIES = { state: 4_096, authority: 20_000 } as const;
type Remembered = keyof typeof MOST_ENTRIES;
const MARKS: Readonly<Record<Remembered, Uint8Array>> = {
  state: new Uint8Array(),
  authority: utf8('authority\n'),
};
const LINE_BYTES = 128;
/** Fewer new ones are verified again: writing takes as long. */
const WORTH_WRITING = 8;

type Remembering = Pick<Workspace, 'signatureCache' | 'knownReplica' | 'verifySignature'>;

/**
 * Reads with a workspace that looks up signatures of states which this home verified before, and verifies the others;
 * those are remembered when `read` is done. For reading history alone: `verify`, and whatever changes something, has to
 * verify each time.
 */
export async function rememberingSignatures<W extends Remembering, R>(
  workspace: W,
  read: (workspace: W) => Promise<R>,
  kind: Remembered = 'state',
): Promise<R> {
  const identity = await knownHome(workspace);
  if (identity === undefined) return read(workspace);
  const file = await workspace.signatureCache.read(identity.replica);
  const memory = new SignatureMemory(workspace, kind, () => readEntries(identity, kind, file));
  const result = await read({ ...workspace, verifySignature: memory.verify });
  const entries = memory.worthWriting();
  if (entries !== undefined) {
    const line = utf8(`${identity.keyed('verified', concatBytes(MARKS[kind], entries))}\n`);
    await workspace.signatureCache.write(identity.replica, concatBytes(line, entries));
  }
  return result;
}

class SignatureMemory {
  readonly #workspace: Remembering;
  readonly #kind: Remembered;
  readonly #read: () => Uint8Array;
  #entries: Uint8Array | undefined;
  readonly #fresh: Uint8Array[] = [];

  constructor(workspace: Remembering, kind: Remembered, read: () => Uint8Array) {
    this.#workspace = workspace;
    this.#kind = kind;
    this.#read = read;
  }

  /** Its digest is asked for where a signature is: many reads ask for none. */
  get #known(): Uint8Array {
    this.#entries ??= this.#read();
    return this.#entries;
  }

  readonly verify: VerifySignature = (kind, hash, signature, publicKey) => {
    const entry = kind === this.#kind ? entryOf([hash, utf8(publicKey), signature]) : undefined;
    if (entry !== undefined && isAmong(this.#known, entry)) return true;
    const good = this.#workspace.verifySignature(kind, hash, signature, publicKey);
    if (good && entry !== undefined) this.#fresh.push(entry);
    return good;
  };

  /** All entries, the new ones among them; undefined where there are too few of those. */
  worthWriting(): Uint8Array | undefined {
    if (this.#fresh.length < WORTH_WRITING) return undefined;
    const old = this.#known.length / ENTRY_BYTES;
    const most = MOST_ENTRIES[this.#kind];
    const kept = old + this.#fresh.length > most ? [] : Array.from({ length: old }, this.#knownAt);
    const entries = [...kept, ...this.#fresh.slice(0, most)].toSorted(compareBytes);
    return concatBytes(
      ...entries.filter((entry, at) => at === 0 || compareBytes(entry, entries[at - 1] ?? NONE) !== 0),
    );
  }

  readonly #knownAt = (_: unknown, index: number): Uint8Array => entryAt(this.#known, index);
}

/** The entries of a file, none for anything that this home did not write. */
function readEntries(
  identity: ReplicaIdentity,
  kind: Remembered,
  file: Uint8Array = new Uint8Array(),
): Uint8Array {
  const end = file.subarray(0, LINE_BYTES).indexOf(LF);
  const entries = file.subarray(end + 1);
  const isWhole = entries.length % ENTRY_BYTES === 0 && entries.length <= MOST_ENTRIES[kind] * ENTRY_BYTES;
  if (end < 0 || !isWhole) return new Uint8Array();
  const isOwn =
    decodeUtf8(file.subarray(0, end)) === identity.keyed('verified', concatBytes(MARKS[kind], entries));
  return isOwn ? entries : new Uint8Array();
}

const LF = 10;
const NONE = new Uint8Array();

/** Undefined for what has not the lengths that keep the parts from running into each other. */
function entryOf(parts: readonly Uint8Array[]): Uint8Array | undefined {
  return parts.every((part, index) => part.length === LENGTHS[index]) ? concatBytes(...parts) : undefined;
}

function isAmong(entries: Uint8Array, entry: Uint8Array): boolean {
  let [from, to] = [0, entries.length / ENTRY_BYTES];
  while (from < to) {
    const middle = (from + to) >> 1;
    const order = compareAt(entries, middle, entry);
    if (order === 0) return true;
    if (order < 0) from = middle + 1;
    else to = middle;
  }
  return false;
}

/** How an entry of many stands to another: below zero before it. Most differ in their first byte. */
function compareAt(entries: Uint8Array, index: number, entry: Uint8Array): number {
  for (let at = 0; at < ENTRY_BYTES; at += 1) {
    const difference = (entries[index * ENTRY_BYTES + at] ?? 0) - (entry[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function entryAt(entries: Uint8Array, index: number): Uint8Array {
  return entries.subarray(index * ENTRY_BYTES, (index + 1) * ENTRY_BYTES);
}
