import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { IMPORTS_REF, REVIEWS_REF } from '#domain/refs.ts';
import { formerPlaces, tellFormerIds } from '#usecases/removal/rewrite/former-ids.ts';
import { encodeSetCommit } from '#usecases/signed-sets/set-commit.ts';
import { keepCommitMap } from '#usecases/states/replaced/commit-map.ts';
import { parseInstant } from '#domain/time.ts';
import { moveRef } from '../../../support/memory/removal/set-files.ts';
import { started } from '../../../support/memory/scenes.ts';

const [OLD, NEW, OTHER] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)];

describe('ids of rewritten commits', () => {
  it('are told where records of sets name them, however deep, and those of other commits are not', async () => {
    const { workspace } = await started();
    const plant = async (ref: string, ...texts: readonly string[]): Promise<void> => {
      const batch = workspace.writer.batch();
      const file = (text: string, name: string) =>
        ({ mode: '100644', name: utf8(name), id: batch.add('blob', utf8(text)) }) as const;
      const below = batch.addTree(texts.map((text, index) => file(text, `texts-${index}.json`)));
      const tree = batch.addTree([{ mode: '40000', name: utf8('record'), id: below }]);
      const at = parseInstant('2026-11-21T09:41:00.000Z');
      const commit = batch.add('commit', encodeSetCommit('reviews', tree, at));
      await batch.write();
      await moveRef(workspace, ref, commit);
    };
    await plant(REVIEWS_REF, `{"base":"${OLD}"}`, `{"base":"${OTHER}"}`, `{"base":"${OLD}0"}`);
    await plant(IMPORTS_REF, `{"commit":"${NEW}"}`);
    expect(await tellFormerIds(workspace)).toEqual([]);
    await keepCommitMap(workspace, new Map([[OLD, NEW]]));
    const found = await tellFormerIds(workspace);
    expect(found).toMatchObject([{ where: REVIEWS_REF, note: expect.stringContaining('in 1 file;') }]);
    expect(formerPlaces(found)).toEqual(['commit-ids refs/heddle/reviews']);
  });
});
