import { HeddleError } from '#domain/error.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { EvidenceContents, EvidenceIndex } from '#domain/evidence/evidence-codec.ts';
import { shortId, type Digest, type TombstoneId } from '#domain/id.ts';
import { encodeOperation } from '#domain/operation/operation-codec.ts';
import { AUTHORITY_REF, REQUESTS_REF, TOMBSTONES_REF } from '#domain/refs.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { EvidenceExportResult } from '#domain/results/boundary/evidence-results.ts';
import type { EvidenceParts } from '#ports/boundary/evidence.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { findRemover } from '#usecases/content/shunned.ts';
import { requireReader } from '#usecases/removal/find/require-reader.ts';
import { carrierTrees, filesBefore } from '#usecases/states/carrier-trees.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { everyOperation } from '#usecases/segments/published-operations.ts';
import { encodeEvidence } from './evidence-files.ts';
import { findSubject, type EvidenceSubject } from './find-subject.ts';
import { judgeEvidence, statesOf, type EvidenceLines } from './judge-evidence.ts';
import { summaryPage } from './summary.ts';

export interface EvidenceOptions {
  /** A state, a thread or a range of either; null for every thread. */
  readonly of: string | null;
  readonly contents: EvidenceContents;
}

export interface MadeEvidence {
  readonly bytes: Uint8Array;
  readonly result: Omit<EvidenceExportResult, 'file'>;
}

/**
 * Makes an evidence: everything that verifying the states reads, and nothing else, so that whoever has it verifies the
 * same elsewhere. The same states, records and lines give the same bytes. What does not verify is told, and in it all the
 * same. Throws `NOT_FOUND`, `AMBIGUOUS`, `EVIDENCE_REFUSED`, and {@link DeniedError} below reader.
 */
export async function exportEvidence(
  workspace: Workspace,
  parts: EvidenceParts,
  { of, contents }: EvidenceOptions,
): Promise<MadeEvidence> {
  const { view } = await loadAuthority(workspace);
  const subject = await requireSubject(workspace, view, of);
  const { scope, since } = subject;
  const index: EvidenceIndex = {
    genesis: view.genesis,
    scope,
    refs: await refsOf(workspace, subject),
    since,
    contents,
  };
  const nowhere: Workspace = { ...parts.nowhere, progress: workspace.progress };
  const states = await statesOf(workspace, subject);
  await refuseRemoved(workspace, states);
  const lines = await linesOf(workspace, new Set(states.map(({ id }) => id)));
  const reader = parts.readerOf(workspace.objects, contents);
  const judgement = await judgeEvidence(nowhere, reader, { index, lines, genesis: view.genesis });
  const bytes = encodeEvidence(parts, { index, page: summaryPage(index, judgement), lines, reader });
  const { repository, tombstones, verified, notProven } = judgement;
  const { ok, checked, findings } = verified;
  return {
    bytes,
    result: {
      ok,
      repository,
      genesis: view.genesis,
      scope,
      contents,
      states: judgement.states,
      tombstones,
      checked,
      findings,
      notProven,
      bytes: bytes.length,
    },
  };
}

const EXPORTING = { operation: 'evidence:export', preserved: 'nothing was written' } as const;

/** Whoever may not have it is not told whether it is there: they are asked about the whole repository in either case. */
async function requireSubject(
  workspace: Workspace,
  { repository }: AuthorityView,
  of: string | null,
): Promise<EvidenceSubject> {
  try {
    const subject = await findSubject(workspace, of);
    await requireReader(workspace, await resourcesOf(workspace, repository, subject), EXPORTING);
    return subject;
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    await requireReader(workspace, [repository], EXPORTING);
    throw error;
  }
}

/** Every thread of which something is in it: what a thread grew from may be another one's. */
async function resourcesOf(
  workspace: Workspace,
  repository: string,
  { scope, heads }: EvidenceSubject,
): Promise<readonly string[]> {
  if (scope.kind === 'repository') return [repository];
  const states = await statesOf(workspace, { heads, since: null });
  const threads = new Set(states.map(({ state }) => state.thread));
  return [...threads].toSorted().map((thread) => threadResource(repository, thread));
}

const SETS = [AUTHORITY_REF, REQUESTS_REF, TOMBSTONES_REF];

async function refsOf({ refs }: Workspace, { heads }: EvidenceSubject): Promise<EvidenceIndex['refs']> {
  const named = new Map(heads);
  for (const name of SETS) {
    const id = await refs.read(name);
    if (id !== undefined) named.set(name, id);
  }
  return [...named].map(([name, id]) => ({ name, id })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Lines that name a state, and can be verified: sidecars stay, for they tell paths and more. */
async function linesOf(workspace: Workspace, states: ReadonlySet<string>): Promise<EvidenceLines> {
  const lines = new Map<string, Uint8Array>();
  const chains = new Map<Digest, Uint8Array>();
  for await (const { id, line } of everyOperation(workspace)) {
    if (!line.states.some((state) => states.has(state))) continue;
    const chain = line.chain === null ? undefined : await workspace.log.readChain(line.chain);
    if (line.chain !== null && chain === undefined) continue;
    lines.set(id, encodeOperation(line));
    if (line.chain !== null && chain !== undefined) chains.set(line.chain, chain);
  }
  return { lines, chains };
}

/**
 * No id that this clone knows of removed content leaves, nor its name: Git's own history may have both, where threads
 * began, and what a first state changed is told by it. Throws `EVIDENCE_REFUSED`.
 */
async function refuseRemoved(workspace: Workspace, states: readonly CarriedState[]): Promise<void> {
  for (const carried of states) {
    if (carried.state.parents.length > 0 || carried.texts.base === null) continue;
    const { files } = await carrierTrees(workspace, carried.carrier);
    const changes = await workspace.comparer.compare(await filesBefore(workspace, carried), files);
    const tombstone = await findRemover(workspace, changes);
    if (tombstone !== undefined) throw hasRemoved(tombstone);
  }
}

function hasRemoved(tombstone: TombstoneId): HeddleError {
  const short = shortId(tombstone);
  return new HeddleError(
    'EVIDENCE_REFUSED',
    `Git's own history, from which a thread began, has what ${short} removed`,
    {
      facts: {
        tombstone,
        advice: `take it out there, too: \`heddle purge ${short} --rewrite-git\`; a range from a later state on leaves it out`,
      },
      preserved: 'nothing was written',
    },
  );
}
