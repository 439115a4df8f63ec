import { describe, expect, it } from 'vitest';
import { addClaudeHooks, hasClaudeHooks, removeClaudeHooks } from '#domain/harness/claude-settings.ts';

const commandOf = (event: string): string =>
  `'/n o/node' '/o/heddle.js' harness ${event} --format claude-code`;
const OTHERS = JSON.stringify(
  {
    $schema: 'x',
    unknown: { '1': [null, 1.5], __proto__x: true },
    hooks: {
      Notification: [{ hooks: [{ type: 'command', command: 'bell' }] }],
      PreToolUse: [{ matcher: 'Bash', hooks: [{ type: 'command', command: 'guard harness pre-tool' }] }],
    },
    permissions: { deny: ['Read(./.env)'] },
  },
  null,
  4,
);

function withoutHooks(text: string): unknown {
  const { hooks: _, ...rest } = JSON.parse(text) as Record<string, unknown>;
  return rest;
}

describe('settings of Claude Code', () => {
  it('get hooks of four events, and keep all else in its order and indentation', () => {
    const text = addClaudeHooks(`${OTHERS}\n`, commandOf);
    expect(text.endsWith('}\n')).toBe(true);
    expect(text.split('\n')[1]).toBe('    "$schema": "x",');
    const settings = JSON.parse(text) as { hooks: Record<string, unknown[]> };
    expect(Object.keys(settings)).toEqual(['$schema', 'unknown', 'hooks', 'permissions']);
    expect(Object.keys(settings.hooks)).toEqual([
      'Notification',
      'PreToolUse',
      'SessionStart',
      'Stop',
      'SessionEnd',
    ]);
    expect(settings.hooks['PreToolUse']).toEqual([
      { matcher: 'Bash', hooks: [{ type: 'command', command: 'guard harness pre-tool' }] },
      {
        matcher: 'Edit|MultiEdit|Write|NotebookEdit',
        hooks: [{ type: 'command', command: commandOf('pre-tool'), timeout: 60 }],
      },
    ]);
  });

  it.each([OTHERS, `${OTHERS}\n`, OTHERS.replaceAll('\n', '\r\n'), '{"a":1}', `\ufeff${OTHERS}`])(
    'are as they were once the hooks are taken out, %#',
    (text) => {
      const wired = addClaudeHooks(text, commandOf);
      expect(hasClaudeHooks(wired)).toBe(true);
      expect(removeClaudeHooks(wired)).toBe(text);
    },
  );

  it.each([
    '{ "a" : 1.0 , "hooks" : { "Stop": [] }, "b": [1,\n2], "c": "}\\"{" }\n\n',
    '{\n\t"x": {"hooks": [1e3]}\n}',
    '{}',
    '{ }\r\n',
  ])('keep every byte beside the hooks, %#', (text) => {
    const wired = addClaudeHooks(text, commandOf);
    const hooks = JSON.stringify((JSON.parse(wired) as { hooks: unknown }).hooks);
    expect(hooks).toContain('harness turn-end');
    for (const part of text.split(/"hooks" : \{.*?\}|\s*\}\s*$/s)) expect(wired).toContain(part);
    const left = removeClaudeHooks(wired);
    expect(left === null ? {} : JSON.parse(left)).toEqual(withoutHooks(text));
  });

  it('have the hooks once, however often they are written, and none where nothing else was there', () => {
    const once = addClaudeHooks(null, commandOf);
    expect(addClaudeHooks(once, commandOf)).toBe(once);
    expect(addClaudeHooks(once, (event) => `/elsewhere ${commandOf(event)}`)).toContain('/elsewhere');
    expect(removeClaudeHooks(once)).toBeNull();
    expect(hasClaudeHooks(OTHERS)).toBe(false);
  });

  it('are left alone where they are none that can be kept', () => {
    for (const text of [
      '',
      '[]',
      'null',
      '{"hooks":[]}',
      '{"hooks":{"Stop":{}}}',
      '{/* */}',
      '['.repeat(100_000),
    ]) {
      expect(() => addClaudeHooks(text, commandOf), text.slice(0, 20)).toThrow(
        expect.objectContaining({ code: 'FORMAT_INVALID' }),
      );
    }
  });
});
