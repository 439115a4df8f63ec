import { shortId, type StateId } from '#domain/id.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { placeholderName } from '#domain/manifest/placeholder.ts';
import { isOperation, isState } from '#domain/removal/covered-record.ts';
import { withLastName } from '#domain/removal/quoted-name.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import type { RedactResult } from '#domain/results/removal-results.ts';
import type { RemovedName } from '#ports/removal/names.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority, type KnownAuthority } from '#usecases/authority/load-authority.ts';
import { rewriteCarriers } from '#usecases/content/rewrite-carriers.ts';
import type { RedactionSaid } from '#usecases/removal/places/target.ts';
import { requireReader } from '#usecases/removal/find/require-reader.ts';
import { stillHere } from '#usecases/removal/places/still-here.ts';
import { replaceTexts } from '#usecases/removal/texts/replace-texts.ts';
import { tellRefusal } from '#usecases/removal/would-deny.ts';
import { recordAuthor } from '#usecases/signed-sets/sign-record.ts';
import { tellUnsoundHeads } from '#usecases/states/name-head.ts';
import { loadTombstones, type LoadedTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { TombstoneDraft } from '#usecases/tombstones/tombstone-draft.ts';
import { mutate, type Mutated } from '#usecases/transaction/mutate.ts';
import type { Ask, Drafts, Ground, Plan } from '#usecases/transaction/plan.ts';
import { findName, type FoundName } from './find-name.ts';
import { hideName } from './hide-name.ts';
import { namesAt } from './name-places.ts';
import { stillNamed } from './still-named.ts';

export interface RedactNameOptions extends RedactionSaid {
  /** As typed: its last name goes, wherever a file has it. */
  readonly path: string;
}

type Redacted = Omit<RedactResult, 'operation'>;

interface Redactable {
  readonly found: FoundName;
  readonly tombstones: LoadedTombstones;
}

/**
 * Hides a file's name in every state and record: a placeholder takes its place, ids and contents stay. Asked at the whole
 * repository: a name stands at more than one path. What the log keeps of it does not name it. Files of work trees keep
 * their name, which is their author's; they are told. Throws as {@link findName} and {@link mutate} do.
 */
export async function redactName(
  workspace: Workspace,
  options: RedactNameOptions,
): Promise<Mutated<Redacted>> {
  if (options.dryRun) return preview(workspace, options);
  const { reason, reasonCode, rotatedAt } = options;
  let hidden: readonly RemovedName[] = [];
  const done = await mutate<Redacted>(workspace, {
    op: 'redact',
    args: { name: await digestOf(workspace, options.path), reason, reasonCode, rotatedAt },
    asksPassphrase: false,
    propose: async (ground) => {
      const redactable = await look(workspace, ground.authority, options);
      hidden = namesAt(workspace, redactable.found.places);
      return {
        kind: 'ask',
        ask: askFor(ground.authority),
        plan: (drafts) => plan(workspace, { ground, options, drafts, hidden, ...redactable }),
      };
    },
    blind: async ({ authority }) => askFor(authority),
  });
  const { result } = done;
  const edited = await stillNamed(workspace, hidden);
  const notes = [...done.notes, ...tellLost(result), ...(await tellUnsoundHeads(workspace))];
  return { ...done, notes, result: { ...result, edited } };
}

function askFor({ view }: Pick<KnownAuthority, 'view'>): Ask {
  return { operation: 'redact:apply', resources: [view.repository] };
}

/** The log does not keep the name: a digest that only this clone can make, and only where somebody may ask again. */
async function digestOf(workspace: Workspace, path: string): Promise<{ readonly digest: string | null }> {
  if (workspace.said.operationId === null) return { digest: null };
  return { digest: (await workspace.replica()).keyed('shun', utf8(`path:${path}`)) };
}

async function look(
  workspace: Workspace,
  { view }: KnownAuthority,
  options: RedactNameOptions,
): Promise<Redactable> {
  workspace.progress.step('finding every copy', 0, null);
  const tombstones = await loadTombstones(workspace, view);
  return { tombstones, found: await findName(workspace, tombstones, options) };
}

interface Planning extends Redactable {
  readonly ground: Ground;
  readonly options: RedactNameOptions;
  readonly drafts: Drafts;
  readonly hidden: readonly RemovedName[];
}

async function plan(
  workspace: Workspace,
  { ground, options, drafts: { batch }, found, tombstones, hidden }: Planning,
): Promise<Plan<Redacted>> {
  const author = { ...recordAuthor(ground), replica: ground.replica };
  const draft = new TombstoneDraft(workspace, author, tombstones, batch);
  const { id } = draft.redact({
    files: [],
    names: hidden.map(({ nameId }) => nameId),
    texts: found.sidecars.map(({ record }) => record),
    paths: [],
    reason: options.reason,
    reasonCode: options.reasonCode,
    rotatedAt: options.rotatedAt,
  });
  workspace.progress.step('rebuilding carriers', 0, null);
  const stub = batch.add('blob', encodeRedactedTexts(id));
  const stubs = new Map(found.sidecars.map(({ record }) => [record, stub]));
  draft.replaceTexts(stubs);
  const rewritten = await rewriteCarriers(workspace, batch, {
    blobs: new Set(found.places.map(({ blob }) => blob)),
    replace: (entry, blob) =>
      entry.name === found.name
        ? hideName(workspace, batch, { tombstone: id, entry, blob, hiding: tombstones })
        : undefined,
    texts: new Map(found.sidecars.flatMap(({ record }) => (isState(record) ? [[record, stub]] : []))),
  });
  const sidecars = found.sidecars.map(({ record, bytes, blob }) => ({ record, bytes, blob }));
  // Before the line: a name is never gone without a tombstone, nor a tombstone there without it.
  await workspace.quarantine.keep(id, { contents: [], names: hidden, texts: { sidecars, words: [] } });
  const placeholder = placeholderName(id, () => false);
  return {
    states: statesOf(found),
    refs: [...rewritten.refs, ...(await replaceTexts(workspace, batch, stubs)), draft.refChange()],
    effects: [{ kind: 'veil', tombstone: id }],
    inverse: null,
    paths: [],
    result: { ...told(options, found, placeholder), tombstone: id, residue: stillHere(id), dryRun: false },
  };
}

function statesOf({ places, sidecars }: FoundName): readonly StateId[] {
  const own = sidecars.flatMap(({ record }) => (isState(record) ? [record] : []));
  return [...new Set([...places.map(({ carrier }) => carrier.id), ...own])];
}

/** @param placeholder what is shown in place of the name; null for the name itself. */
function told(
  { reasonCode, rotatedAt }: RedactNameOptions,
  found: FoundName,
  placeholder: string | null,
): Omit<Redacted, 'tombstone' | 'residue' | 'dryRun'> {
  const rows = new Map<string, { thread: string; path: string; states: number }>();
  for (const { carrier, path } of found.places) {
    const [thread, whole] = [carrier.state.thread, escapePath(path)];
    const shown = placeholder === null ? whole : withLastName(whole, placeholder);
    const row = rows.get(`${thread} ${shown}`) ?? { thread, path: shown, states: 0 };
    rows.set(`${thread} ${shown}`, { ...row, states: row.states + 1 });
  }
  return {
    reasonCode,
    rotatedAt,
    states: statesOf(found),
    contents: 0,
    parts: null,
    places: [...rows.keys()].toSorted().flatMap((key) => rows.get(key) ?? []),
    texts: found.sidecars.map(({ record, what, thread }) => ({ record, what, thread })),
    replaced: [],
    edited: [],
  };
}

async function preview(workspace: Workspace, options: RedactNameOptions): Promise<Mutated<Redacted>> {
  await requireReader(workspace);
  const authority = await loadAuthority(workspace);
  const { found } = await look(workspace, authority, options);
  const refusal = await tellRefusal(workspace, askFor(authority));
  const edited = await stillNamed(workspace, namesAt(workspace, found.places));
  const result: Redacted = {
    ...told(options, found, null),
    edited,
    tombstone: null,
    residue: [],
    dryRun: true,
  };
  const notes = [...refusal, ...tellLost(result), ...(await tellUnsoundHeads(workspace))];
  return { result, operation: null, outcomes: [], notes };
}

/** What heddle itself does not know any more once a line's sidecar is gone. */
function tellLost({ texts }: Pick<Redacted, 'texts'>): readonly string[] {
  const lines = texts.filter(({ record }) => isOperation(record));
  if (lines.length === 0) return [];
  const shown = lines.slice(0, 5).map(({ record }) => shortId(record));
  const more = lines.length > shown.length ? ` and ${lines.length - shown.length} more` : '';
  return [`operations that named it cannot be undone: ${shown.join(', ')}${more}`];
}
