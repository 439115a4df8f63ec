import { utf8 } from '#domain/encoding/bytes.ts';
import { decodeAttestation } from '#domain/state/attestation.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import { HeddleError } from '#domain/error.ts';
import type { StateId, TombstoneId } from '#domain/id.ts';
import { decodeState, decodeStateTexts, stateId } from '#domain/state/state-codec.ts';
import type { Attestation, State, StateTexts } from '#domain/state/state.ts';
import type { RedactedTexts } from '#domain/removal/redacted-texts.ts';
import { textsDigest } from '#domain/state/texts.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { entryNamed } from '#usecases/manifest/entry-named.ts';
import { tookItsPlace } from './replaced/took-its-place.ts';

/** A state as its carrier holds it: strictly decoded and checked against its own id, not yet verified. */
export interface CarriedState {
  readonly id: StateId;
  readonly carrier: ObjectId;
  /** Git parents of the carrier. */
  readonly gitParents: readonly ObjectId[];
  readonly state: State;
  /** Where the sidecar was redacted: nothing is known but the base, which is the carrier's parent. */
  readonly texts: Omit<StateTexts, 'salt'>;
  /** The commit that the sidecar itself names; `texts.base` is the one in its place where Git's history was rewritten. */
  readonly signedBase: ObjectId | null;
  /** The tombstone that stands in the place of the sidecar; null where the sidecar is there. */
  readonly redactedBy: TombstoneId | null;
  /** Null where the carrier has none: unsigned. */
  readonly attestation: Attestation | null;
  /** The sealed chain's bytes. */
  readonly chain: Uint8Array | null;
}

const LARGEST_FILE = 2 * 1024 * 1024;
const FILES = ['state.json', 'texts.json', 'attestation.json', 'chain'];
const FILE_NAMES = FILES.map(utf8);

/** Reads the state that a commit carries; throws `OBJECT_CORRUPT` where it carries none. */
export async function readState(workspace: Workspace, carrier: ObjectId): Promise<CarriedState> {
  const [found] = await readStates(workspace, [carrier]);
  if (found === undefined) throw unusableCarrier(carrier, 'it is no carrier of a state');
  return found;
}

/** Reads many at once, in order. */
export async function readStates(
  workspace: Workspace,
  carriers: readonly ObjectId[],
): Promise<readonly CarriedState[]> {
  const names = carriers.flatMap((carrier) => [carrier, ...FILES.map((file) => `${carrier}:${file}`)]);
  const objects = await workspace.objects.readMany(names, LARGEST_FILE);
  const decoded = carriers.map((carrier, index) => {
    const at = index * (FILES.length + 1);
    const [commit, state, texts, attestation, chain] = objects.slice(at, at + FILES.length + 1);
    const links = commit?.kind === 'commit' ? parseCommitLinks(commit.content) : undefined;
    if (links === undefined || state === undefined || texts === undefined) {
      throw unusableCarrier(carrier, 'it is no carrier of a state');
    }
    return decodeCarried(workspace, carrier, {
      gitParents: links.parents,
      state: state.content,
      texts: texts.content,
      attestation: attestation?.content ?? null,
      chain: chain?.content ?? null,
    });
  });
  return Promise.all(decoded);
}

/** A carrier whose tree is known already. */
export interface KnownCarrier {
  readonly carrier: ObjectId;
  readonly gitParents: readonly ObjectId[];
  /** Entries of its tree. */
  readonly rows: readonly TreeEntry[];
}

/** Finds the trees of carriers, in order; throws `OBJECT_CORRUPT` for what is no commit. */
export async function lookUpCarriers(
  { objects }: Pick<Workspace, 'objects'>,
  carriers: readonly ObjectId[],
): Promise<readonly KnownCarrier[]> {
  if (carriers.length === 0) return [];
  const commits = await objects.readMany(carriers, LARGEST_FILE);
  const links = carriers.map((carrier, index) => {
    const commit = commits[index];
    const found = commit?.kind === 'commit' ? parseCommitLinks(commit.content) : undefined;
    if (found === undefined) throw unusableCarrier(carrier, 'it is no carrier of a state');
    return found;
  });
  const trees = await objects.readTrees(links.map(({ tree }) => tree));
  return carriers.map((carrier, index) => ({
    carrier,
    gitParents: links[index]?.parents ?? [],
    rows: trees[index] ?? [],
  }));
}

/** Reads many whose trees are known, in order: git need not look for each file by its path. */
export async function readKnownStates(
  workspace: Workspace,
  carriers: readonly KnownCarrier[],
): Promise<readonly CarriedState[]> {
  const ids = carriers.map(({ rows }) => FILE_NAMES.map((name) => entryNamed(rows, name)?.id));
  const wanted = [...new Set(ids.flat())].filter((id) => id !== undefined);
  const objects = await workspace.objects.readMany(wanted, LARGEST_FILE);
  const contents = new Map(wanted.map((id, index) => [id, objects[index]?.content]));
  const decoded = carriers.map(({ carrier, gitParents }, index) => {
    const [state, texts, attestation, chain] = (ids[index] ?? []).map((id) =>
      id === undefined ? undefined : contents.get(id),
    );
    if (state === undefined || texts === undefined)
      throw unusableCarrier(carrier, 'it is no carrier of a state');
    const files = { gitParents, state, texts, attestation: attestation ?? null, chain: chain ?? null };
    return decodeCarried(workspace, carrier, files);
  });
  return Promise.all(decoded);
}

/** As {@link readStates}, leaving out what is no carrier of a state, or of one that this release does not read. */
export async function readSoundStates(
  workspace: Workspace,
  carriers: readonly ObjectId[],
): Promise<readonly CarriedState[]> {
  try {
    return await readStates(workspace, carriers);
  } catch (error) {
    if (!isNoCarrier(error)) throw error;
  }
  const sound: CarriedState[] = [];
  for (const carrier of carriers) {
    try {
      sound.push(await readState(workspace, carrier));
    } catch (error) {
      if (!isNoCarrier(error)) throw error;
    }
  }
  return sound;
}

/** Tells whether a commit carries a state that can be read. */
export async function carriesState(workspace: Workspace, commit: ObjectId): Promise<boolean> {
  try {
    await readState(workspace, commit);
    return true;
  } catch (error) {
    if (isNoCarrier(error)) return false;
    throw error;
  }
}

/** Whether an error says that a commit carries no state, or none that can be read. */
export function isNoCarrier(error: unknown): boolean {
  return error instanceof HeddleError && NO_CARRIER.includes(error.code);
}

const NO_CARRIER: readonly string[] = ['OBJECT_CORRUPT', 'FORMAT_INVALID', 'FORMAT_UNKNOWN'];

interface CarrierFiles {
  readonly gitParents: readonly ObjectId[];
  readonly state: Uint8Array;
  readonly texts: Uint8Array;
  readonly attestation: Uint8Array | null;
  readonly chain: Uint8Array | null;
}

async function decodeCarried(
  workspace: Workspace,
  carrier: ObjectId,
  files: CarrierFiles,
): Promise<CarriedState> {
  const state = decodeState(files.state);
  const texts = decodeStateTexts(files.texts);
  const redactedBy = 'redactedBy' in texts ? texts.redactedBy : null;
  if (redactedBy === null && textsDigest(workspace.hasher, files.texts) !== state.texts) {
    throw unusableCarrier(carrier, 'its texts are not those that the state names');
  }
  return {
    id: stateId(workspace.hasher, files.state),
    carrier,
    gitParents: files.gitParents,
    state,
    ...(await basesOf(workspace, { state, texts, gitParents: files.gitParents })),
    redactedBy,
    attestation: files.attestation === null ? null : decodeAttestation(files.attestation),
    chain: files.chain,
  };
}

/** Git's history may be rewritten, a signed sidecar not. Whether the two agree is for `verify`. */
async function basesOf(
  workspace: Workspace,
  {
    state: { parents },
    texts,
    gitParents,
  }: Pick<CarriedState, 'state' | 'gitParents'> & { readonly texts: StateTexts | RedactedTexts },
): Promise<Pick<CarriedState, 'texts' | 'signedBase'>> {
  const stands = gitParents[parents.length] ?? null;
  if ('redactedBy' in texts) {
    return { texts: { intent: null, task: null, evidence: [], base: stands }, signedBase: stands };
  }
  const { base } = texts;
  const isMoved = base !== null && stands !== null && base !== stands;
  const follows = isMoved && (await tookItsPlace(workspace, base, stands));
  return { texts: follows ? { ...texts, base: stands } : texts, signedBase: base };
}

/** The refusal of a commit that carries no state that could be read. */
export function unusableCarrier(carrier: ObjectId, why: string): HeddleError {
  return new HeddleError('OBJECT_CORRUPT', `the commit ${carrier} cannot be used: ${why}`, {
    facts: { commit: carrier },
    preserved: 'nothing was changed',
  });
}
