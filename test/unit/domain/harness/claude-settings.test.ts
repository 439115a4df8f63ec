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
