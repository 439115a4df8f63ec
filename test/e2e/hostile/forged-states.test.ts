import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { withoutContent } from '#domain/manifest/hashes.ts';
import { decodeList, encodeList } from '#domain/manifest/list-codec.ts';
import { threadRef } from '#domain/refs.ts';
import { encodeCarrierCommit, parseCommitLinks, stateMessage } from '#domain/state/carrier.ts';
import type { ObjectBatch, ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readState } from '#usecases/states/read-state.ts';
import { openWorkspace } from '../../support/cli/open-workspace.ts';
import { printed, story } from '../../support/cli/run-heddle.ts';
import { Stage } from '../../support/cli/stage.ts';

const REF = threadRef('task/login');
let stage: Stage;
let workspace: Workspace & { readonly close: () => Promise<void> };
let batch: ObjectBatch;

beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'one\n');
  await stage.dev.ok(['capture']);
  stage.keep();
});
beforeEach(async () => {
  stage.reset();
  workspace = await openWorkspace({ path: stage.path, env: stage.dev.env });
  batch = workspace.writer.batch();
});
afterEach(() => workspace.close());
afterAll(() => stage.dispose());

type Edit = (entries: readonly TreeEntry[]) => Promise<readonly TreeEntry[]>;

/** A tree with something else at a path of directories. */
async function edited(tree: ObjectId, path: readonly string[], edit: Edit): Promise<ObjectId> {
  const entries = (await workspace.objects.readTree(tree)) ?? [];
  const [name, ...rest] = path;
  if (name === undefined) return batch.addTree(await edit(entries));
  const changed = entries.map(async (entry) =>
    decodeUtf8(entry.name) === name ? { ...entry, id: await edited(entry.id, rest, edit) } : entry,
  );
  return batch.addTree(await Promise.all(changed));
}

/** Puts a carrier of the same signed state in the place of the real one. */
async function replaceCarrier(
  edits: readonly { readonly path: readonly string[]; readonly edit: Edit }[],
  extraParents: readonly ObjectId[] = [],
): Promise<void> {
  const carrier = stage.git('rev-parse', REF);
  const { id, state, gitParents } = await readState(workspace, carrier);
  const commit = await workspace.objects.read(carrier, 1_000_000);
  let tree = parseCommitLinks(commit?.content ?? new Uint8Array())?.tree ?? '';
  for (const { path, edit } of edits) {
    tree = await edited(tree, path, edit);
    await batch.write();
  }
  const content = encodeCarrierCommit({
    tree,
    parents: [...gitParents, ...extraParents],
    principal: state.actor.principal,
    at: state.capturedAt,
    message: stateMessage(id, state.thread),
  });
  const forged = batch.add('commit', content);
  await batch.write();
  stage.git('update-ref', REF, forged);
}

async function findings(): Promise<string> {
  const run = await stage.owner.run(['verify', '--all', '--json']);
  expect(run.exit, story(run)).toBe(1);
  return JSON.stringify(printed(run)['findings']);
}

function blob(name: string, content: Uint8Array): TreeEntry {
  return { mode: '100644', name: utf8(name), id: batch.add('blob', content) };
}

describe('a signed state in a carrier that somebody else made', () => {
  it('does not pass with another content behind a salt that was taken away', async () => {
    const takeSalt: Edit = async ([list]) => {
      const stored = await workspace.objects.read(list?.id ?? '', 1_000_000);
      const decoded = decodeList(stored?.content ?? new Uint8Array());
      if (!('entries' in decoded)) throw new Error('a small directory has one list');
      const entries = decoded.entries.map((entry) => ({
        ...entry,
        secret: withoutContent(workspace.hasher, entry.secret),
      }));
      return [blob('_', encodeList({ entries }))];
    };
    await replaceCarrier([
      { path: ['manifest', '=src'], edit: takeSalt },
      { path: ['files', 'src'], edit: async () => [blob('a.ts', utf8('evil\n'))] },
    ]);
    expect(await findings()).toContain('its salt was taken away and no tombstone says so');
  });

  it.each([
    [[], 'hidden', 'its carrier holds more than the state'],
    [['manifest'], 'hidden', 'it stands in the manifest without belonging to it'],
    [['files'], 'hidden', 'it is not in the manifest'],
  ])('does not pass with more below %j', async (path, name, finding) => {
    await replaceCarrier([{ path, edit: async (entries) => [...entries, blob(name, utf8('evil\n'))] }]);
    expect(await findings()).toContain(finding);
  });

  it('does not pass with one more parent', async () => {
    await replaceCarrier([], [stage.git('rev-parse', 'HEAD^{commit}')]);
    expect(await findings()).toContain('its carrier begins from another commit than its texts say');
  });
});
