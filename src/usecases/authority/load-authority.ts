import { decodeAttestation } from '#domain/state/attestation.ts';
import { decodeAuthorityRecord } from '#domain/authority/authority-codec.ts';
import { authorityError, foldAuthority, type AuthorityEntry } from '#domain/authority/authority-fold.ts';
import type { AuthorityVerifier } from '#domain/authority/author.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { chainDigest } from '#domain/token/chain-digest.ts';
import { formatHex } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { Digest } from '#domain/id.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { PublicKeyHex, TokenChain } from '#domain/token/token.ts';
import type { Machine, Workspace } from '#ports/workspace.ts';
import { lostAuthority, refuseSetBack } from './clone-pin.ts';
import { foldFiles, type FileFold, type FoldedFiles } from './fold-files.ts';
import { readRecordFiles, type RecordFiles } from './read-record.ts';
import { recallView, rememberView, type RememberedView } from './remembered-view.ts';

/** What the authority chain of this clone comes to. */
export interface KnownAuthority {
  readonly ref: string;
  readonly headCommit: string;
  readonly view: AuthorityView;
}

/** The authority chain as this clone has it, verified from the genesis on. */
export interface LoadedAuthority extends KnownAuthority {
  readonly files: readonly RecordFiles[];
  /** All of them, folded. */
  readonly fold: FileFold;
}

/**
 * What the chain comes to, without its records: those that this home verified before are not read again. Throws
 * `NOT_INITIALISED`, `AUTHORITY_INVALID`.
 */
export async function knowAuthority(workspace: Workspace): Promise<KnownAuthority> {
  const remembered = await recallView(workspace);
  const loaded = remembered === undefined ? undefined : await continueFrom(workspace, remembered);
  if (loaded !== undefined) return loaded;
  const whole = await loadAuthority(workspace);
  await rememberView(workspace, { commit: whole.headCommit, view: whole.view }, undefined);
  return whole;
}

/** Undefined where the chain does not continue what is remembered, or not validly: then all of it is looked at. */
async function continueFrom(
  workspace: Workspace,
  remembered: RememberedView,
): Promise<KnownAuthority | undefined> {
  const clone = await workspace.records.readClone();
  const headCommit = await workspace.refs.read(AUTHORITY_REF);
  if (headCommit === undefined || remembered.view.genesis !== clone?.genesis) return undefined;
  const files = await readRecordFiles(workspace.objects, headCommit, new Set([remembered.commit]));
  if (!areOneLine(files, remembered.commit)) return undefined;
  const commits = new Set([remembered.commit, remembered.knew, ...files.map(({ commit }) => commit)]);
  if ((await lostAuthority(workspace, headCommit, (commit) => commits.has(commit))) !== undefined)
    return undefined;
  const fold = foldAuthority(files.map(decodeEntry), authorityVerifier(workspace, files), remembered.view);
  if (fold.kind === 'violation') return undefined;
  await rememberView(workspace, { commit: headCommit, view: fold.view }, remembered);
  return { ref: AUTHORITY_REF, headCommit, view: fold.view };
}

/** Tells whether each follows the one before it, and nothing else. */
function areOneLine(files: readonly RecordFiles[], from: string): boolean {
  return files.every(
    ({ parents }, at) => parents.length === 1 && parents[0] === (files[at - 1]?.commit ?? from),
  );
}

/**
 * Loads and verifies the authority chain. Throws `NOT_INITIALISED`, `AUTHORITY_INVALID`, and `AUTHORITY_SET_BACK` where
 * this home knew more of it.
 */
export async function loadAuthority(workspace: Workspace): Promise<LoadedAuthority> {
  const loaded = await tryLoadAuthority(workspace);
  if (loaded === undefined) {
    const { records, pins } = workspace;
    // A home that knew of a chain here: somebody took its ref away.
    if ((await records.readClone()) !== undefined && (await pins.read())?.authority !== null)
      await refuseSetBack(workspace, null, () => false);
    throw await notInitialised(workspace);
  }
  await refuseSetBack(workspace, loaded.headCommit, (commit) => loaded.fold.idOf(commit) !== undefined);
  return loaded;
}

/** The refusal of whatever needs an authority chain; it says what to do where one was fetched. */
export async function notInitialised({ places, refs }: Workspace): Promise<HeddleError> {
  const fetched = (await refs.read(AUTHORITY_REF)) !== undefined;
  return new HeddleError('NOT_INITIALISED', 'heddle was not initialised in this repository', {
    facts: { worktree: places.worktree, ...(fetched ? { advice: ADOPT } : {}) },
    preserved: 'nothing was changed',
  });
}

const ADOPT = 'what another clone keeps was fetched: `heddle init --adopt` verifies it and begins with it';

/** The same; undefined where heddle was not initialised here. */
export async function tryLoadAuthority(workspace: Workspace): Promise<LoadedAuthority | undefined> {
  const clone = await workspace.records.readClone();
  const headCommit = await workspace.refs.read(AUTHORITY_REF);
  if (clone === undefined || headCommit === undefined) return undefined;
  const files = await readRecordFiles(workspace.objects, headCommit);
  const fold = foldRecords(workspace, files);
  if (fold.kind === 'violation') throw authorityError(fold.violation);
  if (fold.view.genesis !== clone.genesis) {
    throw new HeddleError('AUTHORITY_INVALID', 'the authority chain begins with another genesis', {
      facts: { genesis: fold.view.genesis, pinned: clone.genesis },
      preserved: 'nothing was changed',
    });
  }
  return { ref: AUTHORITY_REF, headCommit, view: fold.view, files, fold: fold.fold };
}

/** Folds the records that were read, each with whatever it follows. Throws `FORMAT_INVALID`, `FORMAT_UNKNOWN`. */
export function foldRecords(
  machine: Pick<Machine, 'hasher' | 'verifySignature' | 'tokens'>,
  files: readonly RecordFiles[],
): FoldedFiles {
  const entries = files.map((file) => ({ files: file, entry: decodeEntry(file) }));
  return foldFiles(entries, authorityVerifier(machine, files));
}

/** Decodes one commit's record and attestation; throws `FORMAT_INVALID`, `FORMAT_UNKNOWN`. */
export function decodeEntry(files: RecordFiles): AuthorityEntry {
  return {
    record: decodeAuthorityRecord(files.record),
    attestation: decodeAttestation(files.attestation),
  };
}

/** What the fold asks for: hashes, signatures, and the sealed chains that lie beside the records. */
export function authorityVerifier(
  machine: Pick<Machine, 'hasher' | 'verifySignature' | 'tokens'>,
  files: readonly Pick<RecordFiles, 'chain' | 'revoked'>[] = [],
): AuthorityVerifier {
  const readToken = (token: Uint8Array, roots: readonly PublicKeyHex[]): TokenChain | undefined => {
    const presented = machine.tokens.read(token, roots);
    return presented.kind === 'chain' ? presented.chain : undefined;
  };
  const known = new Map<string, TokenChain | undefined>();
  const readChain = (digest: Digest, roots: readonly PublicKeyHex[]): TokenChain | undefined => {
    const key = `${digest} ${roots.join(' ')}`;
    if (!known.has(key)) known.set(key, findChain(digest, roots));
    return known.get(key);
  };
  const chains = onFirstUse(() => distinct(files.map(({ chain }) => chain)));
  const revoked = onFirstUse(() => distinct(files.map((file) => file.revoked)));
  /** By roots: the chains that were read on the way to another one, and those that are still to be read. */
  const seen = new Map<string, { readonly found: Map<Digest, TokenChain>; next: number }>();
  // A chain is named by the hash of its revocation ids, so it has to be read before it can be recognised.
  const findChain = (digest: Digest, roots: readonly PublicKeyHex[]): TokenChain | undefined => {
    const key = roots.join(' ');
    const reading = seen.get(key) ?? { found: new Map<Digest, TokenChain>(), next: 0 };
    seen.set(key, reading);
    for (; !reading.found.has(digest); reading.next += 1) {
      const token = chains()[reading.next];
      if (token === undefined) return undefined;
      const chain = readToken(token, roots);
      if (chain !== undefined) reading.found.set(chainDigest(machine.hasher, chain), chain);
    }
    return reading.found.get(digest);
  };
  return {
    hasher: machine.hasher,
    verifySignature: machine.verifySignature,
    readToken: (token, root) => readToken(token, [root]),
    readChain,
    shownChain: (block, root) =>
      revoked()
        .map((token) => readToken(token, [root]))
        .find((chain) => chain?.revocationIds.includes(block)),
  };
}

function onFirstUse<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function distinct(chains: readonly (Uint8Array | null)[]): readonly Uint8Array[] {
  const found = new Map<string, Uint8Array>();
  for (const chain of chains) if (chain !== null) found.set(formatHex(chain), chain);
  return [...found.values()];
}
