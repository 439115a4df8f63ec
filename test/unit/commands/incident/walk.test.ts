import { beforeEach, describe, expect, it } from 'vitest';
import type { Talk } from '#cli/command.ts';
import { walk } from '#commands/incident/walk.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { showIncident } from '#usecases/incident/take-step.ts';
import type { Workspace } from '#ports/workspace.ts';
import { save, started } from '../../../support/memory/scenes.ts';

let workspace: Workspace;
beforeEach(async () => {
  const repository = await started();
  ({ workspace } = repository);
  repository.remotes = [{ name: 'up', url: 'ssh://example.com/core' }];
  await save(repository, workspace, { 'a.txt': 'a\n' });
});

/** Somebody who types these answers, and leaves after the last. */
function typing(...answers: readonly string[]): Talk & { readonly heard: string[] } {
  const left = [...answers];
  const heard: string[] = [];
  return {
    heard,
    asks: true,
    step: () => undefined,
    ask: async (question) => {
      heard.push(question);
      return left.shift() ?? null;
    },
    askHidden: async (question) => {
      heard.push(question);
      return utf8('correct horse battery');
    },
    say: async (line) => {
      heard.push(line);
    },
  };
}

describe('a walk through an incident', () => {
  it('asks for the secret once, and can be left and gone on with', async () => {
    const first = typing('the mail key', 'yes', 'y', 'q');
    await walk(workspace, first);
    expect(first.heard[0]).toContain('never the secret');
    const then = await showIncident(workspace, null);
    expect(then.status).toBe('open');
    expect(then.steps.slice(0, 3).map(({ status }) => status)).toEqual(['done', 'done', 'todo']);

    const second = typing('y', 's', 'in Git alone', 's', 'nothing hidden', 'y', 'y', 'y');
    const { result, failed } = await walk(workspace, second);
    expect([result.status, failed]).toEqual(['closed', false]);
    expect(second.heard[0]).toMatch(/^rotate: /);
    expect(second.heard.filter((line) => line.startsWith('the secret'))).toHaveLength(1);
    expect(second.heard).toContainEqual(expect.stringMatching(/^to run: heddle push up --all$/));
    expect(result.steps.map(({ status }) => status)).toEqual([
      'done',
      'done',
      'done',
      'skipped',
      'skipped',
      'done',
      'done',
    ]);
  });

  it('asks again for what is no answer, and lists what it found when it is left', async () => {
    const typist = typing('the mail key', 'what?', '', 'yess', 'y', 'y');
    const { result } = await walk(workspace, typist);
    expect(typist.heard.filter((line) => line.startsWith('freeze: stop'))).toHaveLength(4);
    expect(result.found).toMatchObject({ found: false });
    expect((await walk(workspace, typing('q'))).result.found).toBeNull();
  });

  it('changes nothing for who says nothing, and is not for programs', async () => {
    await walk(workspace, typing());
    await walk(workspace, typing('   '));
    expect((await showIncident(workspace, null)).status).toBe('none');
    await walk(workspace, typing('leak', ''));
    expect((await showIncident(workspace, null)).steps.every(({ status }) => status === 'todo')).toBe(true);
    const silent = { ...typing(), asks: false };
    await expect(walk(workspace, silent)).rejects.toMatchObject({ code: 'USAGE' });
  });
});
