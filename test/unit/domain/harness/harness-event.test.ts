import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { parseHarnessEvent } from '#domain/harness/harness-event.ts';

const PRE = {
  session_id: 'a1b2-c3',
  transcript_path: '/home/u/t.jsonl',
  cwd: '/w',
  permission_mode: 'default',
  hook_event_name: 'PreToolUse',
  tool_name: 'Write',
  tool_input: { file_path: '/w/src/a.ts', content: 'x' },
  tool_use_id: 'toolu_1',
};

const json = (value: unknown): Uint8Array => utf8(JSON.stringify(value));
const claude = (value: unknown, event: 'pre-tool' | 'session-start' = 'pre-tool') =>
  parseHarnessEvent('claude-code', event, json(value));
const refused = expect.objectContaining({ code: 'FORMAT_INVALID' });

describe('what a harness sends', () => {
  it('names session and file, whatever else is in it', () => {
    expect(claude(PRE)).toEqual({
      session: 'a1b2-c3',
      provider: null,
      model: null,
      tool: 'Write',
      paths: ['/w/src/a.ts'],
    });
    const notebook = { ...PRE, tool_name: 'NotebookEdit', tool_input: { notebook_path: '/w/n.ipynb' } };
    expect(claude(notebook).paths).toEqual(['/w/n.ipynb']);
    expect(claude({ ...PRE, tool_name: 'Bash', tool_input: { command: 'ls' } })).toMatchObject({
      tool: null,
      paths: [],
    });
  });

  it('names the model where it is a name', () => {
    const start = {
      session_id: 's',
      hook_event_name: 'SessionStart',
      source: 'startup',
      model: 'some-model-1',
    };
    expect(claude(start, 'session-start').model).toBe('some-model-1');
    for (const model of ['a\nb', '', 7, 'x'.repeat(201), { id: 'x' }]) {
      expect(claude({ ...start, model }, 'session-start').model).toBeNull();
    }
  });

  it.each([
    ['another event', { ...PRE, hook_event_name: 'Stop' }],
    ['no session', { ...PRE, session_id: undefined }],
    ['a session that is a path', { ...PRE, session_id: '../../x' }],
    ['a session that is too long', { ...PRE, session_id: 'x'.repeat(201) }],
    ['no file', { ...PRE, tool_input: {} }],
    ['a list for a file', { ...PRE, tool_input: { file_path: ['a'] } }],
    ['no input', { ...PRE, tool_input: undefined }],
    ['a list', [PRE]],
    ['nothing', null],
  ])('is refused with %s', (_, value) => {
    expect(() => claude(value)).toThrow(refused);
  });

  it('is refused where it is no JSON, no UTF-8 or nested without end', () => {
    for (const bytes of [utf8('{'), Uint8Array.of(0x22, 0xff, 0x22), utf8('[{"a":'.repeat(200_000))]) {
      expect(() => parseHarnessEvent('generic', 'turn-end', bytes)).toThrow(refused);
    }
  });

  it('has no field that the contract lacks, where any harness may send it', () => {
    const event = { session: 's', provider: 'p', model: 'm', tool: 'edit', paths: ['a', 'b'] };
    expect(parseHarnessEvent('generic', 'pre-tool', json(event))).toEqual(event);
    expect(() => parseHarnessEvent('generic', 'pre-tool', json({ ...event, command: 'x' }))).toThrow(refused);
    expect(() => parseHarnessEvent('generic', 'pre-tool', json({ ...event, paths: 'a' }))).toThrow(refused);
    const ended = parseHarnessEvent('generic', 'turn-end', json({ session: 's' }));
    expect(ended).toEqual({ session: 's', provider: null, model: null, tool: null, paths: [] });
  });
});
