import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatAgentTrace, parseAgentTrace, splitAgentTraces } from '#domain/attribution/agent-trace.ts';
import { TRACE_RECORD } from '../../../support/samples/attribution-samples.ts';
import { SHA256_HASHER } from '../../../support/sha256-hasher.ts';
import { attributed, COMMIT, part } from './attributed.ts';

const parse = (record: unknown): ReturnType<typeof parseAgentTrace> =>
  parseAgentTrace(JSON.stringify(record));
const [FILE] = TRACE_RECORD.files;
const withRange = (range: unknown): unknown => ({
  ...TRACE_RECORD,
  files: [{ path: 'a', conversations: [{ ranges: [range] }] }],
});

describe('a record of Agent Trace', () => {
  it('is read with tool and model, a contributor of a range before its conversation', () => {
    expect(parse(TRACE_RECORD)).toEqual({
      commit: 'a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0',
      files: [
        {
          path: 'src/utils/parser.ts',
          claims: [
            {
              lines: [{ first: 42, last: 67 }],
              by: 'ai',
              tool: 'cursor',
              model: 'anthropic/claude-opus-4-5-20251101',
            },
          ],
        },
        {
          path: 'src/utils/helpers.ts',
          claims: [
            { lines: [{ first: 10, last: 25 }], by: 'ai', tool: 'cursor', model: 'openai/gpt-4o' },
            { lines: [{ first: 26, last: 26 }], by: 'human', tool: null, model: null },
          ],
        },
      ],
    });
  });

  it('says of a conversation without a contributor that nobody knows', () => {
    const [file] = parse(withRange({ start_line: 1, end_line: 2 })).files;
    expect(file?.claims).toMatchObject([{ by: 'unknown', model: null }]);
  });

  it.each([
    ['no commit', { ...TRACE_RECORD, vcs: undefined }],
    ['a change of jj', { ...TRACE_RECORD, vcs: { type: 'jj', revision: 'kkmpptxz' } }],
    ['a short commit', { ...TRACE_RECORD, vcs: { type: 'git', revision: 'a1b2c3d' } }],
    ['a version to come', { ...TRACE_RECORD, version: '2.0' }],
    ['no version', { ...TRACE_RECORD, version: undefined }],
    ['no id', { ...TRACE_RECORD, id: 7 }],
    ['no files', { ...TRACE_RECORD, files: {} }],
    ['a file that is none', { ...TRACE_RECORD, files: ['a'] }],
    ['a path out of the repository', { ...TRACE_RECORD, files: [{ ...FILE, path: 'a/../../b' }] }],
    ['a path with terminal escapes', { ...TRACE_RECORD, files: [{ ...FILE, path: 'a\u001b[2J' }] }],
    ['no conversations', { ...TRACE_RECORD, files: [{ path: 'a' }] }],
    ['a contributor of no kind', withRange({ start_line: 1, end_line: 1, contributor: { type: 'cat' } })],
    [
      'a model that is no text',
      withRange({ start_line: 1, end_line: 1, contributor: { type: 'ai', model_id: {} } }),
    ],
    ['a line 0', withRange({ start_line: 0, end_line: 1 })],
    ['a negative line', withRange({ start_line: -3, end_line: 1 })],
    ['half a line', withRange({ start_line: 1.5, end_line: 2 })],
    ['a range that goes back', withRange({ start_line: 9, end_line: 2 })],
    ['a range without an end', withRange({ start_line: 9 })],
    ['a line that no file has', withRange({ start_line: 1, end_line: 2 ** 53 })],
    ['lines as text', withRange({ start_line: '1', end_line: '2' })],
    ['nothing in it', null],
  ])('is refused with %s', (_, record) => {
    expect(() => parse(record)).toThrow(expect.objectContaining({ code: 'FORMAT_INVALID' }));
  });

  it('is refused where it is not JSON, or nests without end', () => {
    for (const text of ['', '{', '['.repeat(1_000_000), `{"files":${'['.repeat(100_000)}`]) {
      expect(() => parseAgentTrace(text)).toThrow(expect.objectContaining({ code: 'FORMAT_INVALID' }));
    }
  });

  it('is written with a conversation for each state, and says what is inferred', () => {
    const record: unknown = JSON.parse(
      formatAgentTrace(
        attributed({
          'src/a.ts': [
            part({ lines: [{ first: 1, last: 3 }] }),
            part({ lines: [{ first: 4, last: 4 }], exact: false }),
          ],
          b: [part({ lines: [{ first: 2, last: 2 }], actor: { agent: null, provider: null, model: null } })],
        }),
        SHA256_HASHER,
      ),
    );
    expect(record).toMatchObject({
      version: '0.1',
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      timestamp: '2026-11-21T12:00:00.000Z',
      vcs: { type: 'git', revision: COMMIT },
      files: [
        {
          path: 'src/a.ts',
          conversations: [
            {
              contributor: { type: 'ai', model_id: 'example-provider/model-a' },
              ranges: [{ start_line: 1, end_line: 4 }],
              related: [{ type: 'heddle-state' }, { type: 'heddle-agent', url: 'heddle:agent/writer' }],
            },
          ],
        },
        { path: 'b', conversations: [{ contributor: { type: 'human' } }] },
      ],
      metadata: { heddle: { inferred: [{ path: 'src/a.ts', ranges: [{ start_line: 4, end_line: 4 }] }] } },
    });
  });

  it('has an id that is a function of what it says', () => {
    const idOf = (last: number): unknown =>
      (
        JSON.parse(
          formatAgentTrace(attributed({ a: [part({ lines: [{ first: 1, last }] })] }), SHA256_HASHER),
        ) as {
          readonly id: unknown;
        }
      ).id;
    expect(idOf(3)).toBe(idOf(3));
    expect(idOf(3)).not.toBe(idOf(4));
  });
});

describe('a file of records', () => {
  it('has one on each line, or one alone', () => {
    const line = JSON.stringify(TRACE_RECORD);
    const split = (text: string): number => splitAgentTraces(utf8(text)).length;
    expect(split(`${line}\n${line}\n`)).toBe(2);
    expect(split(JSON.stringify(TRACE_RECORD, null, 2))).toBe(1);
    expect(split('')).toBe(0);
    expect(() => splitAgentTraces(utf8('{}\n'.repeat(10_001)))).toThrow(/more than/);
    expect(() => splitAgentTraces(new Uint8Array([0xff]))).toThrow(/not UTF-8/);
  });
});
