import { describe, expect, it } from 'vitest';
import { parseDuration } from '#domain/time.ts';
import { assertNarrows, PRESETS, presetThread, type PresetFlags } from '#domain/token/preset.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';

const NOTHING: PresetFlags = { operations: [], resources: [], life: null };

function narrow(name: string, flags: Partial<PresetFlags>): void {
  const preset = PRESETS.find((candidate) => candidate.name === name);
  if (preset === undefined) throw new Error(`no preset ${name}`);
  assertNarrows(preset, { ...NOTHING, ...flags });
}

describe('a preset', () => {
  it('is data: what it allows, where, and how long', () => {
    expect(PRESETS.map(({ name, place, life }) => [name, place, life / parseDuration('1h')])).toEqual([
      ['review', 'anywhere', 4],
      ['overnight', 'one thread', 10],
      ['scratch', 'new thread', 1],
      ['ci', 'anywhere', 1],
    ]);
  });

  it('lets who works through a night keep others out, and take back what it did', () => {
    for (const operation of ['thread:claim', 'undo'] as const) {
      narrow('overnight', { operations: [operation] });
      expect(() => narrow('review', { operations: [operation] })).toThrow();
    }
  });

  it('allows nothing that only somebody in person may, and no more than a developer', () => {
    for (const operation of PRESETS.flatMap(({ operations }) => operations)) {
      expect(operationRule(operation).floor).toBe(false);
      // Of its own work, where the rule says so.
      expect(['reader', 'developer']).toContain(operationRule(operation).ownRole);
    }
  });

  it.each(PRESETS.map(({ name }) => name))('%s takes flags that narrow it, and its own limits', (name) => {
    narrow(name, NOTHING);
    narrow(name, { operations: ['state:read'], resources: ['acme/core@task/x:src'], life: 60_000 });
    narrow(name, { life: PRESETS.find((preset) => preset.name === name)?.life ?? 0 });
  });

  it.each<[string, string, Partial<PresetFlags>]>([
    ['another operation', 'review', { operations: ['state:read', 'state:capture'] }],
    ['an operation of another preset', 'overnight', { operations: ['thread:start'] }],
    ['a longer life', 'review', { life: parseDuration('4h') + 1 }],
    ['a longer life', 'ci', { life: parseDuration('2h') }],
    ['a place that is no thread', 'overnight', { resources: ['acme/core:src'] }],
    ['two threads', 'overnight', { resources: ['acme/core@a', 'acme/core@b'] }],
    ['a thread and more', 'scratch', { resources: ['acme/core@a', 'acme/core'] }],
  ])('refuses %s than %s has', (_what, name, flags) => {
    expect(() => narrow(name, flags)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('refuses what is no resource', () => {
    const flags = { resources: ['acme/../core'] };
    expect(() => narrow('scratch', flags)).toThrow(expect.objectContaining({ code: 'RESOURCE_INVALID' }));
  });

  it('knows the one thread of several resources', () => {
    expect(presetThread(['acme/core@a/b:src', 'acme/core@a/b:docs'])).toBe('a/b');
    expect(presetThread(['acme/core@a', 'acme/core@a/b'])).toBeNull();
    expect(presetThread([])).toBeNull();
  });
});
