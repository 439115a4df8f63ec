import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatId, type AuthorityId } from '#domain/id.ts';
import { parseInstant } from '#domain/time.ts';
import type { ObjectId } from '#ports/objects.ts';
import { StateMemory } from '#usecases/blame/memory/state-memory.ts';
import type { ToldState } from '#usecases/blame/memory/told-states.ts';
import { initialised } from '../../../support/memory/scenes.ts';
import { createReplica, type MemoryRepository } from '../../../support/memory/workspace.ts';

const bytes = (number: number): Uint8Array =>
  new Uint8Array(32).map((_, index) => (number >> (8 * (index % 4))) & 255);
const HEAD = formatId('hg', bytes(1));
const LATER = formatId('hg', bytes(2));

let repository: MemoryRepository;
beforeEach(async () => {
  repository = await initialised();
});

async function open(head: AuthorityId = HEAD): Promise<StateMemory> {
  const memory = await StateMemory.open(repository.workspace, { head });
  if (memory === undefined) throw new Error('this home has a key');
  return memory;
}

function carrierOf(number: number): ObjectId {
  return number.toString(16).padStart(40, '0');
}

/** Each third one is of another agent, and the first has no parents. */
function told(number: number, file = 'state.json'): ToldState {
  const row = (name: string, mode: string, id: number) => ({ mode, name: utf8(name), id: carrierOf(id) });
  const agent = number % 3 === 0 ? null : 'agent/writer';
  return {
    known: {
      carrier: carrierOf(number),
      gitParents: number === 0 ? [] : [carrierOf(number - 1), carrierOf(7_000_000)],
      rows: [row('files', '40000', number + 1_000_000), row(file, '100644', number + 2_000_000)],
    },
    facts: {
      state: formatId('hs', bytes(number)),
      thread: 'task/a',
      parents: number === 0 ? [] : [formatId('hs', bytes(number - 1))],
      tree: formatId('ht', bytes(number)),
      capturedAt: parseInstant('2026-11-21T13:20:00.000Z'),
      actor: {
        principal: 'a@example.com',
        agent,
        provider: null,
        model: null,
        session: null,
        confidence: null,
      },
      via: agent === null ? [] : [agent],
      attestation: number % 2 === 0 ? 'verified' : 'invalid',
      policy: HEAD,
      holder: 'ab'.repeat(32),
    },
  };
}

const some = (from: number, count: number): readonly ToldState[] =>
  Array.from({ length: count }, (_, index) => told(from + index));

async function remember(states: readonly ToldState[], head = HEAD): Promise<void> {
  const memory = await open(head);
  for (const state of states) memory.keep(state);
  await memory.write();
}

describe('who made states', () => {
  it('is known afterwards, each as it was told', async () => {
    expect((await open()).peek(carrierOf(1))).toBeUndefined();
    await remember(some(0, 9));
    await remember(some(9, 8));
    const memory = await open();
    for (const state of some(0, 17)) expect(memory.of(state.known.carrier)).toEqual(state);
    expect(memory.of(carrierOf(17))).toBeUndefined();
  });

  it('is not written for a few', async () => {
    await remember(some(0, 7));
    expect(repository.stateCache.texts.size).toBe(0);
    await remember(some(0, 8));
    expect(repository.stateCache.texts.size).toBe(1);
  });

  it('is found anew under another authority record', async () => {
    await remember(some(0, 8));
    expect((await open(LATER)).peek(carrierOf(1))).toBeUndefined();
    await remember(some(8, 8), LATER);
    expect((await open()).peek(carrierOf(1))).toBeUndefined();
    expect((await open(LATER)).peek(carrierOf(9))).toEqual(told(9));
  });

  it('is not remembered of a tree with anything else in it', async () => {
    await remember([...some(0, 8), told(8, 'secret name.txt')]);
    const memory = await open();
    expect(memory.peek(carrierOf(7))).toBeDefined();
    expect(memory.peek(carrierOf(8))).toBeUndefined();
    const [written = new Uint8Array()] = repository.stateCache.texts.values();
    expect(Buffer.from(written).toString()).not.toContain('secret');
  });

  it('is forgotten of those that nobody asked about, where they are too many', async () => {
    await remember(some(0, 1_500));
    const memory = await open();
    expect(memory.of(carrierOf(3))).toEqual(told(3));
    for (const state of some(2_000, 8)) memory.keep(state);
    await memory.write();
    const after = await open();
    const known = (number: number): boolean => after.peek(carrierOf(number)) !== undefined;
    expect([3, 2_000, 2_007, 4, 1_499].map(known)).toEqual([true, true, true, false, false]);
  });

  it('is not believed where this home did not write it', async () => {
    await remember(some(0, 8));
    const [[place = '', file = new Uint8Array()] = []] = repository.stateCache.texts.entries();
    const text = Buffer.from(file).toString();
    const body = text.slice(text.indexOf('\n') + 1);
    const foreign = createReplica().keyed('lines', utf8(`seal\n${body}`));
    for (const planted of [text.replace('invalid', 'verified'), `${foreign}\n${body}`, body, '', '\n']) {
      expect(planted).not.toBe(text);
      repository.stateCache.texts.set(place, utf8(planted));
      expect((await open()).peek(carrierOf(1))).toBeUndefined();
    }
    repository.stateCache.texts.set(place, utf8(text));
    expect((await open()).peek(carrierOf(1))).toEqual(told(1));
  });
});
