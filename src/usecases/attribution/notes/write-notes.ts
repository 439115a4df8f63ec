import type { Json } from '#domain/encoding/canonical-json.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { encodeCarrierCommit } from '#domain/state/carrier.ts';
import type { AttributionExportResult, ExportedRecord } from '#domain/results/attribution-results.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { exportAttribution, type ExportOptions } from '#usecases/attribution/export-attribution.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Drafts, Ground, Plan } from '#usecases/transaction/plan.ts';
import { NO_CHANGE } from '#usecases/transaction/publish.ts';
import {
  notesResource,
  readNotesTree,
  requireNotesRef,
  writeNotesTree,
  type NotesTree,
} from './notes-tree.ts';

export interface WriteOptions extends Omit<ExportOptions, 'format'> {
  readonly ref: string;
  /** Replaces notes that say something else. */
  readonly force: boolean;
}

type Exported = Omit<AttributionExportResult, 'operation'>;

/**
 * Writes attribution as notes of git-ai's into Git. A note that is there and says something else may be another tool's:
 * it is kept unless `force` says otherwise. Throws as {@link exportAttribution} and {@link mutate} do; then nothing was
 * changed.
 */
export async function writeNotes(workspace: Workspace, options: WriteOptions): Promise<Mutated<Exported>> {
  const ref = requireNotesRef('attribution export', options.ref);
  const { since, until, force, exactOnly } = options;
  const exported = await exportAttribution(workspace, { ...options, format: 'git-ai' });
  const args: Json = { since, until, ref, force, exactOnly };
  return mutate<Exported>(workspace, {
    op: 'attribution-export',
    args,
    asksPassphrase: false,
    propose: async ({ authority, now, caller }) => {
      const before = await readNotesTree(workspace, ref);
      const chosen = choose(exported.records, { before, batch: workspace.writer.batch(), force });
      const result = resultOf(exported, { ref, before, chosen });
      if (chosen.written.size === 0) return { kind: 'nothing', result };
      if (await (await workspace.landing()).isSymbolic(ref)) throw symbolic(ref);
      return {
        kind: 'ask',
        ask: { operation: 'thread:land', resources: [notesResource(authority.view.repository, ref)] },
        plan: (drafts) =>
          plan(workspace, { ref, before, exported, drafts, ground: { now, caller }, result, force }),
      };
    },
  });
}

interface Chosen {
  /** Blobs of the new notes, by commit. */
  readonly written: ReadonlyMap<ObjectId, ObjectId>;
  /** Commits that have another note, which stays. */
  readonly kept: readonly ObjectId[];
}

function choose(
  records: readonly ExportedRecord[],
  {
    before,
    batch,
    force,
  }: { readonly before: NotesTree; readonly batch: ObjectBatch; readonly force: boolean },
): Chosen {
  const written = new Map<ObjectId, ObjectId>();
  const kept: ObjectId[] = [];
  for (const { commit, content } of records) {
    const blob = batch.add('blob', utf8(`${content ?? ''}\n`));
    const there = before.notes.get(commit)?.blob;
    if (there === blob) continue;
    if (there === undefined || force) written.set(commit, blob);
    else kept.push(commit);
  }
  return { written, kept };
}

interface Writing {
  readonly ref: string;
  readonly before: NotesTree;
  readonly exported: Exported;
  readonly drafts: Drafts;
  readonly ground: Pick<Ground, 'now' | 'caller'>;
  readonly result: Exported;
  readonly force: boolean;
}

async function plan(
  workspace: Workspace,
  { ref, before, exported, drafts: { batch }, ground, result, force }: Writing,
): Promise<Plan<Exported>> {
  const { written } = choose(exported.records, { before, batch, force });
  const tree = await writeNotesTree(workspace, batch, { ...before, written });
  const to = batch.add(
    'commit',
    encodeCarrierCommit({
      tree,
      parents: before.head === null ? [] : [before.head],
      principal: ground.caller.actor.principal,
      at: ground.now,
      message: "Notes added by 'heddle attribution export'",
    }),
  );
  const notes = result.notes === null ? null : { ...result.notes, to };
  return {
    ...NO_CHANGE,
    states: [],
    refs: [{ name: ref, old: before.head, new: to }],
    inverse: { refs: [{ name: ref, old: to, new: before.head }], effects: [] },
    result: { ...result, notes },
  };
}

/** What was written stands in the notes, and not in the log too. */
function resultOf(
  exported: Exported,
  { ref, before, chosen }: { readonly ref: string; readonly before: NotesTree; readonly chosen: Chosen },
): Exported {
  const { head } = before;
  return {
    ...exported,
    records: exported.records.map((record) => ({ ...record, content: null })),
    notes: { ref, from: head, to: head, written: [...chosen.written.keys()], kept: [...chosen.kept] },
  };
}

function symbolic(ref: string): HeddleError {
  return new HeddleError('GIT_UNSUPPORTED', 'heddle does not support notes at a symbolic ref', {
    facts: { feature: 'notes at a symbolic ref', ref },
    preserved: 'nothing was changed',
  });
}
