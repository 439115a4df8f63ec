import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { ObjectReader } from '#ports/objects.ts';
import { readRecordFiles } from '#usecases/authority/read-record.ts';
import { createMemoryObjects } from '../../support/memory/objects.ts';

async function makeChain(length: number, without?: string) {
  const memory = createMemoryObjects();
  const batch = memory.writer.batch();
  const commits: string[] = [];
  for (let seq = 0; seq < length; seq += 1) {
    const names = ['attestation.json', 'record.json', ...(seq % 3 === 0 ? ['chain'] : [])];
    const tree = batch.addTree(
      names
        .filter((name) => name !== without || seq !== 2)
        .map((name) => ({ mode: '100644', name: utf8(name), id: batch.add('blob', utf8(`${name} ${seq}`)) })),
    );
    const parent = commits.at(-1);
    const link = parent === undefined ? '' : `parent ${parent}\n`;
    commits.push(
      batch.add(
        'commit',
        utf8(`tree ${tree}\n${link}author a <a> 0 +0000\ncommitter a <a> 0 +0000\n\n${seq}\n`),
      ),
    );
  }
  await batch.write();
  return { ...memory, commits, head: commits.at(-1) ?? '' };
}

/** Counts questions, and can answer those about ancestors as a repository with grafted parents does. */
function watch(objects: ObjectReader, grafted: boolean): ObjectReader & { readonly questions: () => number } {
  let questions = 0;
  const graft = (name: string): string => (grafted ? name.replace(/~[1-9]\d*/, '~0') : name);
  return {
    read: (name, most) => objects.read(name, most),
    readMany: (names, most) => {
      questions += 1;
      return objects.readMany(names.map(graft), most);
    },
    streamBlobs: (ids, sink) => objects.streamBlobs(ids, sink),
    readTrees: (trees) => objects.readTrees(trees),
    readTree: (name) => objects.readTree(name),
    listFiles: (tree) => objects.listFiles(tree),
    questions: () => questions,
  };
}

describe('the files of the authority chain', () => {
  it.each([1, 2, 7, 8, 9, 71, 72, 73, 150])('are read whole and in order: %i of them', async (length) => {
    const { objects, commits, head } = await makeChain(length);
    const watched = watch(objects, false);
    const files = await readRecordFiles(watched, head);
    expect(files.map(({ commit }) => commit)).toEqual(commits);
    expect(files.map(({ record }) => new TextDecoder().decode(record))).toEqual(
      commits.map((_, seq) => `record.json ${seq}`),
    );
    expect(files.map(({ chain }) => chain !== null)).toEqual(commits.map((_, seq) => seq % 3 === 0));
    expect(watched.questions()).toBe(length <= 8 ? 1 : 1 + Math.ceil((length - 8) / 64));
  });

  it('follow what the commits say, whatever Git was told of their parents', async () => {
    const { objects, commits, head } = await makeChain(12);
    const files = await readRecordFiles(watch(objects, true), head);
    expect(files.map(({ commit }) => commit)).toEqual(commits);
  });

  it.each(['record.json', 'attestation.json'])('are refused where a commit lacks its %s', async (name) => {
    const { objects, head } = await makeChain(5, name);
    await expect(readRecordFiles(objects, head)).rejects.toMatchObject({ code: 'AUTHORITY_INVALID' });
  });

  it('are refused where an ancestor is gone, and where the head is no commit', async () => {
    const { objects, commits, head, tamper } = await makeChain(12);
    tamper(commits[3] ?? '', null);
    await expect(readRecordFiles(objects, head)).rejects.toMatchObject({
      code: 'AUTHORITY_INVALID',
      facts: { commit: commits[3] },
    });
    const other = 'e'.repeat(40);
    await expect(readRecordFiles(objects, other)).rejects.toMatchObject({ facts: { commit: other } });
  });
});
