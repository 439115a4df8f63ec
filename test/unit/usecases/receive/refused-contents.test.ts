import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { TombstoneId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { refusedContents, refusedInCommit } from '#usecases/receive/refused-contents.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { save, started } from '../../../support/memory/scenes.ts';

let workspace: Workspace;
let tombstone: TombstoneId;
beforeEach(async () => {
  const repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { 'src/a.ts': 'secret' });
  ({ tombstone } = await redactPath(workspace, 'src/a.ts'));
});

const blob = (content: string): string => workspace.writer.batch().add('blob', utf8(content));

describe('contents that are offered', () => {
  it('are refused where a tombstone removed them, by path or by id alone, and welcome elsewhere', async () => {
    const offered = [
      { id: blob('secret'), path: utf8('b.ts') },
      { id: blob('secret'), path: null },
      { id: blob('fine'), path: utf8('c.ts') },
    ];
    expect(await refusedContents(workspace, offered)).toEqual([
      { ...offered[0], tombstone },
      { ...offered[1], tombstone },
    ]);
    expect(await refusedContents(workspace, [])).toEqual([]);
  });

  it('are found in a commit of Git that names them', async () => {
    const batch = workspace.writer.batch();
    const id = batch.add('blob', utf8('secret'));
    const tree = batch.addTree([{ mode: '100644', name: utf8('old.ts'), id }]);
    const lines = [`tree ${tree}`, 'author a <a> 0 +0000', 'committer a <a> 0 +0000', '', 'x'];
    const commit = batch.add('commit', utf8(lines.join('\n')));
    await batch.write();
    expect(await refusedInCommit(workspace, commit)).toEqual([{ id, path: utf8('old.ts'), tombstone }]);
    const { shun } = workspace;
    await shun.drop(tombstone);
    expect(await refusedInCommit(workspace, commit)).toEqual([]);
  });
});
