import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { maskSecret } from '#domain/secrets/found-secret.ts';
import type { TreeChange } from '#ports/objects.ts';
import { describeSecret, MOST_SCANNED, scanChanges, scanTexts } from '#usecases/secrets/scan-contents.ts';
import { createMemoryRepository } from '../../../support/memory/workspace.ts';
import { githubToken } from '../../../support/secrets/secret-shapes.ts';

const FILE = '100644';

/** Stores contents and names the change from one to the other; null for none. */
async function changes(
  rows: readonly (readonly [
    path: string,
    old: string | Uint8Array | null,
    next: string | Uint8Array | null,
  ])[],
) {
  const { workspace } = createMemoryRepository();
  const batch = workspace.writer.batch();
  const blob = (content: string | Uint8Array | null): string | null =>
    content === null ? null : batch.add('blob', typeof content === 'string' ? utf8(content) : content);
  const list = rows.map(([path, old, next]): TreeChange => {
    const [oldId, newId] = [blob(old), blob(next)];
    return {
      path: utf8(path),
      oldId,
      newId,
      oldMode: oldId === null ? null : FILE,
      newMode: newId === null ? null : FILE,
    };
  });
  await batch.write();
  return { workspace, list };
}

async function found(...rows: Parameters<typeof changes>[0]) {
  const { workspace, list } = await changes(rows);
  const { hits } = await scanChanges(workspace, [list]);
  return hits.map(({ where, rule, line }) => `${where}:${line} ${rule}`);
}

const TOKEN = githubToken();

describe('what a change brings', () => {
  it('is told by place and rule', async () => {
    expect(await found(['src/a\nb.ts', null, `one\n${TOKEN}`])).toEqual(['src/a%0Ab.ts:2 github']);
  });

  it('is not what stood in the file before', async () => {
    expect(await found(['a', `x ${TOKEN}`, `more\n\n${TOKEN} x`])).toEqual([]);
    expect(await found(['a', `x ${TOKEN}`, `${TOKEN} ${githubToken(2)}`])).toEqual(['a:1 github']);
  });

  it('is not what moved from a file to another', async () => {
    expect(await found(['old', TOKEN, null], ['new', null, TOKEN])).toEqual([]);
  });

  it('is not what a mode alone changed, or what went', async () => {
    expect(await found(['a', TOKEN, TOKEN], ['b', TOKEN, null])).toEqual([]);
  });

  it('is looked at in UTF-16, and beside bytes that are no text', async () => {
    const little = Buffer.from(`\ufeff${TOKEN}`, 'utf16le');
    const big = Buffer.from(little).swap16();
    const binary = Buffer.concat([
      Buffer.from([0, 1, 255, 254]),
      Buffer.from(` ${TOKEN} `),
      Buffer.from([0]),
    ]);
    expect(await found(['little', null, little], ['big', null, big], ['binary', null, binary])).toHaveLength(
      3,
    );
  });

  it('of a merge, is what differs from every parent', async () => {
    const { workspace, list } = await changes([['a', null, TOKEN]]);
    expect((await scanChanges(workspace, [list, []])).hits).toEqual([]);
    const other = await changes([['a', `x ${TOKEN}`, TOKEN]]);
    expect((await scanChanges(other.workspace, [other.list, other.list])).hits).toEqual([]);
    expect((await scanChanges(workspace, [list, list])).hits).toHaveLength(1);
  });

  it('is looked at up to a bound, and the rest is told', async () => {
    const long = 'a\n'.repeat(MOST_SCANNED / 2);
    const { workspace, list } = await changes([
      ['long', null, `${TOKEN}\n${long}`],
      ['beyond', null, `${long}${TOKEN}`],
      ['just', null, long],
    ]);
    const { hits, partly } = await scanChanges(workspace, [list]);
    expect(hits.map(({ where }) => where)).toEqual(['long']);
    expect(partly).toEqual(['long', 'beyond']);
  });

  it('loads no rules where nothing is new, or no rule finds anything in it', async () => {
    const { workspace, list } = await changes([
      ['a', TOKEN, null],
      ['b', 'one\n', 'two\n'],
    ]);
    const refusing = { ...workspace, secretScanner: () => Promise.reject(new Error('loaded')) };
    expect(await scanChanges(refusing, [list])).toEqual({ hits: [], partly: [] });
    const other = await changes([['a', null, TOKEN]]);
    const { objects } = other.workspace;
    await expect(scanChanges({ ...refusing, objects }, [other.list])).rejects.toThrow('loaded');
    expect(await scanTexts(refusing, { intent: 'a few plain words', task: null })).toEqual([]);
  });
});

describe('texts', () => {
  it('are told by what they are called', async () => {
    const { workspace } = createMemoryRepository();
    const hits = await scanTexts(workspace, {
      intent: `use ${TOKEN}`,
      task: 'nothing-to-see-here',
      reason: null,
    });
    expect(hits.map(describeSecret)).toEqual([{ rule: 'github', where: 'intent', line: 1, masked: 'ghp_…' }]);
  });
});

describe('what is shown of a secret', () => {
  it('is the beginning of a long one, whatever its length, and nothing of a short one', () => {
    expect(maskSecret(TOKEN)).toBe('ghp_…');
    expect(maskSecret(`${TOKEN}more`)).toBe('ghp_…');
    expect(maskSecret('hunter2')).toBe('…');
    expect(maskSecret('ab\u001b\n'.repeat(9))).toBe('ab…');
  });
});
