import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatId, type AuthorityId } from '#domain/id.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { recallLate, rememberLate } from '#usecases/tombstones/late/remembered-late.ts';
import type { LateRecords, Suspect } from '#usecases/tombstones/late/suspect.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import { createReplica, type MemoryRepository } from '../../../support/memory/workspace.ts';
import { chainOf, DEV, session } from '../../../support/decisions.ts';

const REVOCATION = formatId('hg', new Uint8Array(32).fill(7));
const FOUND: LateRecords = { late: new Map([['one', REVOCATION]]), isOpen: false };
const OPEN: LateRecords = { ...FOUND, isOpen: true };

let repository: MemoryRepository;
let question: Parameters<typeof recallLate>[1];
beforeEach(async () => {
  repository = await started();
  await save(repository, repository.workspace, { a: 'one' });
  const { view } = await loadAuthority(repository.workspace);
  question = { view, suspects: ['two', 'one'].map(suspect) };
});

function suspect(id: string): Suspect {
  const policy: AuthorityId = REVOCATION;
  return {
    id,
    principal: DEV,
    role: 'maintainer',
    policy,
    chain: chainOf(session(DEV)),
    isHeardOf: () => false,
  };
}

const remember = (found: LateRecords): Promise<void> => rememberLate(repository.workspace, question, found);
const recall = (change: Partial<typeof question> = {}): Promise<LateRecords | undefined> =>
  recallLate(repository.workspace, { ...question, ...change });

describe('which tombstones are late', () => {
  it.each([
    ['settled', FOUND],
    ['open', OPEN],
  ])('is remembered of the same question: %s', async (_how, found) => {
    expect(await recall()).toBeUndefined();
    await remember(found);
    expect(await recall()).toEqual(found);
    expect(await recall({ suspects: question.suspects.toReversed() })).toEqual(found);
  });

  it('is no answer to another question', async () => {
    await remember(FOUND);
    expect(await recall({ view: { ...question.view, head: REVOCATION } })).toBeUndefined();
    expect(await recall({ suspects: [suspect('one')] })).toBeUndefined();
    expect(await recall({ suspects: [...question.suspects, suspect('three')] })).toBeUndefined();
  });

  it('stays settled, and is open as long as no line comes', async () => {
    await remember(FOUND);
    await save(repository, repository.workspace, { a: 'two' });
    expect(await recall()).toEqual(FOUND);
    await remember(OPEN);
    expect(await recall()).toEqual(OPEN);
    await save(repository, repository.workspace, { a: 'three' });
    expect(await recall()).toBeUndefined();
  });

  it.each([
    ['nothing', () => ''],
    ['a line without a seal', (text: string) => text.slice(text.indexOf('\n') + 1)],
    ['another answer', (text: string) => text.replace('[["one"', '[["two"')],
    [
      'what another home wrote',
      (text: string) => {
        const line = text.slice(text.indexOf('\n') + 1);
        return `${createReplica().keyed('verdict', utf8(line))}\n${line}`;
      },
    ],
  ])('is not believed of %s', async (_what, forge) => {
    await remember(FOUND);
    const { texts } = repository.verdictCache;
    const [name = ''] = [...texts].flatMap(([key, bytes]) =>
      new TextDecoder().decode(bytes).includes('late-records') ? [key] : [],
    );
    const text = new TextDecoder().decode(texts.get(name));
    texts.set(name, utf8(forge(text)));
    expect(await recall()).toBeUndefined();
  });
});
