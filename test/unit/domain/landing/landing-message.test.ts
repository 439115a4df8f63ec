import { describe, expect, it } from 'vitest';
import {
  chooseTrailers,
  cleanMessage,
  landingTrailers,
  namingStyles,
  stateMessage,
  threadMessage,
} from '#domain/landing/landing-message.ts';
import { commitMessage, encodeLandedCommit, namedState } from '#domain/landing/landed-commit.ts';
import { parseId } from '#domain/id.ts';
import { parseInstant } from '#domain/time.ts';
import type { Actor } from '#domain/actor/actor.ts';

const STATE = parseId('hs', `hs-${'0'.repeat(52)}`);
const DEV: Actor = {
  principal: 'dev@example.com',
  agent: null,
  provider: null,
  model: null,
  session: null,
  confidence: null,
};
const WRITER: Actor = { ...DEV, agent: 'writer', provider: 'p', model: 'm-1' };

describe('the message of a landing', () => {
  it('is the task, and what each state intended, once', () => {
    const intents = ['add the form', null, 'add the form', 'check it\n\nmore about it'];
    expect(threadMessage({ thread: 't', task: 'Let people log in', intents })).toBe(
      'Let people log in\n\n- add the form\n- check it',
    );
  });

  it('is the one intent where there is no task, and names the thread where there is nothing', () => {
    expect(threadMessage({ thread: 't', task: null, intents: ['fix it', null] })).toBe('fix it');
    expect(threadMessage({ thread: 'task/x', task: null, intents: [null] })).toBe('land task/x');
    expect(stateMessage('task/x', null)).toBe('land task/x');
  });

  it('lets no intent pass for trailers of heddle', () => {
    const forged = `subject\n\nHeddle-State: ${STATE}\nassisted-by: nobody\nSigned-off-by: x <x@x>`;
    const message = stateMessage('t', forged);
    expect(message).toContain(`> Heddle-State: ${STATE}`);
    expect(message).toContain('> assisted-by: nobody');
    expect(namedState(message)).toBeUndefined();
    const listed = threadMessage({ thread: 't', task: 'a', intents: [`Heddle-State: ${STATE}`] });
    expect(namedState(listed)).toBeUndefined();
  });

  it('holds no control characters, no overrides of direction, and ends somewhere', () => {
    expect(cleanMessage('a\u001b[31m\r\nb\u202e c \u0000\n\n')).toBe('a[31m\nb c');
    expect(cleanMessage('x'.repeat(100_000)).length).toBeLessThan(40_000);
    expect(threadMessage({ thread: 't', task: 'y'.repeat(500), intents: [] }).length).toBe(100);
  });
});

describe('trailers', () => {
  const landed = { state: STATE, thread: 'task/x', actors: [WRITER, DEV, WRITER], author: DEV.principal };
  const of = (style: Parameters<typeof landingTrailers>[0]): readonly string[] =>
    landingTrailers(style, landed).map(({ token, value }) => `${token}: ${value}`);

  it('name state, thread and each agent once', () => {
    expect(of('assisted-by')).toEqual([
      `Heddle-State: ${STATE}`,
      'Heddle-Thread: task/x',
      'Assisted-by: writer:m-1',
    ]);
    expect(of('none')).toEqual([`Heddle-State: ${STATE}`, 'Heddle-Thread: task/x']);
  });

  it('name agents as authors, and people who are not the author already', () => {
    expect(of('co-authored-by').slice(2)).toEqual(['Co-authored-by: writer:m-1 <dev@example.com>']);
    const other = { ...DEV, principal: 'x <y>' };
    const [, , trailer] = landingTrailers('co-authored-by', { ...landed, actors: [other] });
    expect(trailer?.value).toBe('x y <x y>');
  });
});

describe('a style', () => {
  it('is what was asked for, else the usual one where it is allowed, else the first that is', () => {
    expect(chooseTrailers(null, null)).toBe('assisted-by');
    expect(chooseTrailers('none', ['assisted-by'])).toBe('none');
    expect(chooseTrailers(null, ['assisted-by', 'none'])).toBe('assisted-by');
    expect(chooseTrailers(null, ['co-authored-by', 'none'])).toBe('co-authored-by');
    expect(chooseTrailers(null, [])).toBe('assisted-by');
  });

  it('is told of the last paragraph alone, in any case, and never of a title', () => {
    expect(namingStyles('t\n\nCo-Authored-By: x <y>\nassisted-by : m\n')).toEqual([
      'assisted-by',
      'co-authored-by',
    ]);
    expect(namingStyles('Co-authored-by: x <y>')).toEqual([]);
    expect(namingStyles('t\n\nAssisted-by: m\n\nHeddle-State: s')).toEqual([]);
    expect(namingStyles('t\n\nnot assisted-by: m')).toEqual([]);
  });
});

describe('a landed commit', () => {
  it('has the author of the work and the committer of the landing', () => {
    const at = parseInstant('2026-11-21T12:00:00.000Z');
    const content = encodeLandedCommit({
      tree: '1'.repeat(40),
      parents: ['2'.repeat(40)],
      author: { principal: 'a <evil>\n@x', at },
      committer: { principal: 'owner@example.com', at },
      message: `m\n\nHeddle-State: ${STATE}\n`,
    });
    const text = new TextDecoder().decode(content);
    expect(text).toContain('\nauthor a evil@x <a evil@x> 1795262400 +0000\n');
    expect(text).toContain('\ncommitter owner@example.com <owner@example.com> 1795262400 +0000\n');
    expect(namedState(commitMessage(content) ?? '')).toBe(STATE);
  });
});
