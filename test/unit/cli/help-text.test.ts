import { describe, expect, it } from 'vitest';
import { VERBS } from '#cli/command-table.ts';
import { helpText } from '#cli/help-text.ts';
import { verbName } from '#cli/table/verb-spec.ts';

const textOf = (...topic: readonly string[]): string => helpText({ topic, all: false }).join('\n');

describe('help', () => {
  it('begins with what people do every day', () => {
    expect(textOf()).toMatchSnapshot();
  });

  it('lists every verb when asked for all', () => {
    const text = helpText({ topic: [], all: true }).join('\n');
    expect(text).toMatchSnapshot();
    for (const spec of VERBS) expect(text).toContain(`  ${verbName(spec)} `);
  });

  it('explains one verb, a group, and a verb of a group', () => {
    expect(textOf('start')).toMatchSnapshot();
    expect(textOf('key')).toMatchSnapshot();
    expect(textOf('token', 'attenuate')).toMatchSnapshot();
  });

  it('fits a terminal of 120 letters on its first screen', () => {
    const lines = helpText({ topic: [], all: false });
    expect(lines.length).toBeLessThan(24);
    for (const line of lines) expect(line.length).toBeLessThan(120);
  });

  it('refuses a topic that is none', () => {
    expect(() => textOf('weave')).toThrow(/no verb is called 'weave'/);
    expect(() => textOf('SCOPE_COLOUR')).toThrow(
      expect.objectContaining({ message: "no code is called 'SCOPE_COLOUR'", facts: { help: 'denials' } }),
    );
  });
});
