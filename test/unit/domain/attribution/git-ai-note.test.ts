import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatGitAiNote, gitAiPathProblem, parseGitAiNote } from '#domain/attribution/git-ai-note.ts';
import { sha256 } from '#platform/sha256.ts';
import { GIT_AI_NOTE } from '../../../support/samples/attribution-samples.ts';
import { attributed, COMMIT, part } from './attributed.ts';

const parse = (text: string): ReturnType<typeof parseGitAiNote> => parseGitAiNote(utf8(text));
const METADATA = '{"schema_version":"authorship/3.0.0","base_commit_sha":"x","prompts":{}}';
const claude = { by: 'ai', tool: 'claude', model: 'claude-sonnet-4-5-20250514' };

describe("a note of git-ai's", () => {
  it('is read with sessions, people and older keys, and nobody is named', () => {
    expect(parse(GIT_AI_NOTE)).toEqual([
      {
        path: 'src/main.rs',
        claims: [
          {
            lines: [
              { first: 1, last: 10 },
              { first: 15, last: 20 },
            ],
            ...claude,
          },
          {
            lines: [
              { first: 25, last: 25 },
              { first: 30, last: 35 },
            ],
            ...claude,
          },
          { lines: [{ first: 42, last: 50 }], by: 'human', tool: null, model: null },
        ],
      },
      {
        path: 'src/my lib.rs',
        claims: [{ lines: [{ first: 1, last: 50 }], by: 'ai', tool: 'cursor', model: 'gpt-4' }],
      },
    ]);
  });

  it('says of a session that it does not describe that it was one', () => {
    const [file] = parse(`a\n  s_c9883b05a2487d::t_9f8e7d6c5b4a32 3,1-2,2\n---\n${METADATA}`);
    expect(file?.claims).toEqual([{ lines: [{ first: 1, last: 3 }], by: 'ai', tool: null, model: null }]);
  });

  it('may have no entries', () => {
    expect(parse(`---\n${METADATA}`)).toEqual([]);
  });

  it.each([
    ['no divider', `a\n  h_31dce776f88375 1\n${METADATA}`],
    ['what is not JSON', 'a\n  h_31dce776f88375 1\n---\n{'],
    ['no commit', 'a\n---\n{"schema_version":"authorship/3.0.0"}'],
    ['a line 0', `a\n  h_31dce776f88375 0\n---\n${METADATA}`],
    ['a negative line', `a\n  h_31dce776f88375 -4\n---\n${METADATA}`],
    ['a range that goes back', `a\n  h_31dce776f88375 9-3\n---\n${METADATA}`],
    ['a line that no file has', `a\n  h_31dce776f88375 1-999999999\n---\n${METADATA}`],
    ['a line of ten digits', `a\n  h_31dce776f88375 1-4294967296\n---\n${METADATA}`],
    ['an entry without a file', `  h_31dce776f88375 1\n---\n${METADATA}`],
    ['an entry without lines', `a\n  h_31dce776f88375\n---\n${METADATA}`],
    ['a key of no kind', `a\n  p_0011 1\n---\n${METADATA}`],
    ['a path out of the repository', `../a\n  h_31dce776f88375 1\n---\n${METADATA}`],
    ['an absolute path', `/etc/a\n  h_31dce776f88375 1\n---\n${METADATA}`],
    ["Git's own directory", `.git/config\n  h_31dce776f88375 1\n---\n${METADATA}`],
    ['terminal escapes', `a\u001b[2Jb\n  h_31dce776f88375 1\n---\n${METADATA}`],
    ['text that runs the other way', `a\u202eb\n  h_31dce776f88375 1\n---\n${METADATA}`],
  ])('is refused with %s', (_, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'FORMAT_INVALID' }));
  });

  it('is refused where a model is no name', () => {
    const sessions = (model: unknown): string =>
      JSON.stringify({
        ...JSON.parse(METADATA),
        sessions: { s_c9883b05a2487d: { agent_id: { tool: 'x', model } } },
      });
    const note = (model: unknown): string =>
      `a\n  s_c9883b05a2487d::t_9f8e7d6c5b4a32 1\n---\n${sessions(model)}`;
    for (const model of ['a\u001b]0;x\u0007', 'm'.repeat(251), 7, ['a'], { a: 1 }]) {
      expect(() => parse(note(model))).toThrow(expect.objectContaining({ code: 'FORMAT_INVALID' }));
    }
    expect(parse(note('m'.repeat(250)))).toHaveLength(1);
  });

  it('is refused of another version, whose name steers no terminal', () => {
    const other = METADATA.replace('authorship/3.0.0', 'authorship/4\\u001b[2J');
    expect(() => parse(`---\n${other}`)).toThrow(
      expect.objectContaining({ code: 'FORMAT_UNKNOWN', message: expect.stringMatching(/^[ -~]*$/) }),
    );
  });

  it('is refused where it is larger than anybody reads, or nests without end', () => {
    expect(() => parseGitAiNote(new Uint8Array(4 * 1024 * 1024 + 1))).toThrow(/longer than/);
    expect(() => parse(`---\n${'['.repeat(1_000_000)}`)).toThrow(
      expect.objectContaining({ code: 'FORMAT_INVALID' }),
    );
    expect(() => parse(`---\n${'[1'.repeat(100_000)}${']'.repeat(100_000)}`)).toThrow();
  });

  it('is read in one go, however many sessions and entries it has', () => {
    const many = Array.from({ length: 30_000 }, (_, at) => at + 1);
    const key = (at: number): string => `s_${String(at).padStart(14, '0')}`;
    const sessions = Object.fromEntries(many.map((at) => [key(at), { agent_id: { tool: 'cursor' } }]));
    const entries = many.map((at) => `  ${key(at)}::t_9f8e7d6c5b4a32 ${at}`);
    const metadata = JSON.stringify({ schema_version: 'authorship/3.0.0', base_commit_sha: 'x', sessions });
    const [file] = parse(['a', ...entries, '---', metadata].join('\n'));
    expect(file?.claims).toHaveLength(many.length);
    expect(file?.claims.at(-1)).toMatchObject({ tool: 'cursor', lines: [{ first: many.length }] });
  });

  it('is written with a session for each agent and a trace for each state', () => {
    const note = formatGitAiNote(
      attributed({
        'src/a b.ts': [
          part({
            lines: [
              { first: 1, last: 3 },
              { first: 7, last: 7 },
            ],
          }),
          part({ lines: [{ first: 4, last: 4 }], actor: { agent: null, model: null, provider: null } }),
        ],
      }),
      sha256,
    );
    const session = `s_${sha256('writer:task/login').slice(0, 14)}`;
    const human = `h_${sha256('dev@example.com').slice(0, 14)}`;
    const [head, ...rest] = note.split('\n---\n');
    expect(head?.split('\n')).toEqual([
      '"src/a b.ts"',
      expect.stringMatching(new RegExp(`^  ${session}::t_[0-9a-f]{14} 1-3,7$`)),
      `  ${human} 4`,
    ]);
    expect(JSON.parse(rest.join(''))).toEqual({
      schema_version: 'authorship/3.0.0',
      base_commit_sha: COMMIT,
      prompts: {},
      humans: { [human]: { author: 'dev@example.com' } },
      sessions: { [session]: { agent_id: { tool: 'writer', id: 'task/login', model: 'model-a' } } },
    });
  });

  it('gives one session two keys where it worked with two models', () => {
    const parts = ['model-a', 'model-b'].map((model, index) =>
      part({ lines: [{ first: index + 1, last: index + 1 }], actor: { session: 'one', model } }),
    );
    const [file] = parse(formatGitAiNote(attributed({ a: parts }), sha256));
    expect(file?.claims.map(({ model }) => model)).toEqual(['model-a', 'model-b']);
  });

  it('cannot hold a path with a quote', () => {
    expect(gitAiPathProblem('a"b')).toBeDefined();
    expect(gitAiPathProblem('---')).toBeDefined();
    expect(gitAiPathProblem('a b')).toBeUndefined();
  });
});
