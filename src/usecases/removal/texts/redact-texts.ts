import { shortId, type StateId } from '#domain/id.ts';
import { isOperation } from '#domain/removal/covered-record.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import type { RedactResult } from '#domain/results/removal-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority, type KnownAuthority } from '#usecases/authority/load-authority.ts';
import { rewriteCarriers } from '#usecases/content/rewrite-carriers.ts';
import type { RedactionSaid } from '#usecases/removal/places/target.ts';
import { stillHere } from '#usecases/removal/places/still-here.ts';
import { tellRefusal } from '#usecases/removal/would-deny.ts';
import { recordAuthor } from '#usecases/signed-sets/sign-record.ts';
import { tellUnsoundHeads } from '#usecases/states/name-head.ts';
import { loadTombstones, type LoadedTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { TombstoneDraft } from '#usecases/tombstones/tombstone-draft.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ask, Drafts, Ground, Plan } from '#usecases/transaction/plan.ts';
import { replaceTexts } from './replace-texts.ts';
import { findTexts, type FoundTexts, type TextsTarget } from './find-texts.ts';

export type RedactTextsOptions = TextsTarget & RedactionSaid;

type Redacted = Omit<RedactResult, 'operation'>;

interface Redactable {
  readonly found: FoundTexts;
  readonly tombstones: LoadedTombstones;
}

/**
 * Hides what is written beside a record, and wherever else the same was written: the sidecar goes to the quarantine, and
 * what stands in its place names the tombstone. Records, their ids and signatures stay. Asked at the whole repository:
 * a sidecar says things of more than one path. Throws as {@link findTexts} and {@link mutate} do.
 */
export async function redactTexts(
  workspace: Workspace,
  options: RedactTextsOptions,
): Promise<Mutated<Redacted>> {
  if (options.dryRun) return preview(workspace, options);
  const { text, task, reason, reasonCode, rotatedAt } = options;
  const done = await mutate<Redacted>(workspace, {
    op: 'redact',
    args: { text, task, reason, reasonCode, rotatedAt },
    asksPassphrase: false,
    propose: async (ground) => {
      const redactable = await look(workspace, ground.authority, options);
      return {
        kind: 'ask',
        ask: askFor(ground.authority),
        plan: (drafts) => plan(workspace, { ground, options, drafts, ...redactable }),
      };
    },
    blind: async ({ authority }) => askFor(authority),
  });
  const lost = tellLost(done.result);
  return { ...done, notes: [...done.notes, ...lost, ...(await tellUnsoundHeads(workspace))] };
}

function askFor({ view }: Pick<KnownAuthority, 'view'>): Ask {
  return { operation: 'redact:apply', resources: [view.repository] };
}

async function look(
  workspace: Workspace,
  { view }: KnownAuthority,
  options: RedactTextsOptions,
): Promise<Redactable> {
  workspace.progress.step('finding every copy', 0, null);
  const tombstones = await loadTombstones(workspace, view);
  return { tombstones, found: await findTexts(workspace, tombstones, options) };
}

interface Planning extends Redactable {
  readonly ground: Ground;
  readonly options: RedactTextsOptions;
  readonly drafts: Drafts;
}

async function plan(
  workspace: Workspace,
  { ground, options, drafts: { batch }, found, tombstones }: Planning,
): Promise<Plan<Redacted>> {
  const author = { ...recordAuthor(ground), replica: ground.replica };
  const draft = new TombstoneDraft(workspace, author, tombstones, batch);
  const { id } = draft.redact({
    files: [],
    texts: found.sidecars.map(({ record }) => record),
    paths: [],
    reason: options.reason,
    reasonCode: options.reasonCode,
    rotatedAt: options.rotatedAt,
  });
  workspace.progress.step('rebuilding carriers', 0, null);
  const stub = batch.add('blob', encodeRedactedTexts(id));
  const hidden = statesOf(found);
  const stubs = new Map(found.sidecars.map(({ record }) => [record, stub]));
  draft.replaceTexts(stubs);
  const rewritten = await rewriteCarriers(workspace, batch, {
    blobs: new Set(),
    replace: () => undefined,
    texts: new Map(hidden.map((state) => [state, stub])),
  });
  // Before the line: bytes are never gone without a tombstone, nor a tombstone there without them.
  const sidecars = found.sidecars.map(({ record, bytes, blob }) => ({ record, bytes, blob }));
  await workspace.quarantine.keep(id, { contents: [], texts: { sidecars, words: found.words } });
  return {
    states: hidden,
    refs: [...rewritten.refs, ...(await replaceTexts(workspace, batch, stubs)), draft.refChange()],
    effects: [{ kind: 'veil', tombstone: id }],
    inverse: null,
    paths: [],
    result: { ...told(options, found), tombstone: id, residue: stillHere(id), dryRun: false },
  };
}

/** States whose own sidecars go. */
function statesOf({ sidecars }: FoundTexts): readonly StateId[] {
  return sidecars.flatMap(({ record, states }) => states.filter((state) => state === record));
}

function told(
  { reasonCode, rotatedAt }: RedactTextsOptions,
  found: FoundTexts,
): Omit<Redacted, 'tombstone' | 'residue' | 'dryRun'> {
  return {
    reasonCode,
    rotatedAt,
    states: statesOf(found),
    contents: 0,
    parts: null,
    places: [],
    texts: found.sidecars.map(({ record, what, thread }) => ({ record, what, thread })),
    replaced: [],
    edited: [],
  };
}

async function preview(workspace: Workspace, options: RedactTextsOptions): Promise<Mutated<Redacted>> {
  const authority = await loadAuthority(workspace);
  const { found } = await look(workspace, authority, options);
  const refusal = await tellRefusal(workspace, askFor(authority));
  const result: Redacted = { ...told(options, found), tombstone: null, residue: [], dryRun: true };
  const notes = [...refusal, ...tellLost(result), ...(await tellUnsoundHeads(workspace))];
  return { result, operation: null, outcomes: [], notes };
}

/** What heddle itself does not know any more once a line's sidecar is gone. */
function tellLost({ texts }: Pick<Redacted, 'texts'>): readonly string[] {
  const lines = texts.filter(({ record }) => isOperation(record));
  if (lines.length === 0) return [];
  const landings = lines.filter(({ what }) => what === 'land').map(({ record }) => shortId(record));
  const landed =
    landings.length === 0 ? '' : `; what ${landings.join(', ')} landed is told by Git's history alone`;
  return [`operations whose texts are hidden cannot be undone${landed}`];
}
