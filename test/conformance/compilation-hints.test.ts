import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { withCompilationHints } from '#wasm/compilation-hints.ts';
import { DECISION_FUNCTIONS } from '#wasm/hot-functions.ts';
import { MODULES } from '#wasm/instantiate.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** As the module of the recorded sum has them. */
const OWN_FUNCTIONS = 2158;
/** Of the engine's longest function, which takes most of the time. */
const EXPRESSIONS = 0;

function readModule(): Uint8Array {
  return new Uint8Array(readFileSync(join(ROOT, 'node_modules', MODULES.biscuit.source)));
}

/** The sections of a module as WebAssembly's specification has them, read independently. */
function sectionsOf(module: Uint8Array): readonly { readonly id: number; readonly bytes: Uint8Array }[] {
  const sections = [];
  for (let at = 8; at < module.length;) {
    let [length, end] = [0, at + 1];
    for (let shift = 0; ; shift += 7, end += 1) {
      const byte = module[end] ?? 0;
      length += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    sections.push({ id: module[at] ?? -1, bytes: module.slice(at, end + 1 + length) });
    at = end + 1 + length;
  }
  return sections;
}

describe('compilation hints', () => {
  const module = readModule();
  const hinted = withCompilationHints(module, DECISION_FUNCTIONS);

  it('are one custom section before the code, and nothing else is another one', () => {
    const [before, after] = [sectionsOf(module), sectionsOf(hinted)];
    const added = after.filter(({ bytes }) => !before.some((one) => Buffer.compare(one.bytes, bytes) === 0));
    expect(added.map(({ id }) => id)).toEqual([0]);
    expect(after.filter((section) => !added.includes(section))).toEqual(before);
    expect(after[after.findIndex(({ id }) => id === 10) - 1]).toBe(added[0]);
    const text = new TextDecoder('latin1').decode(added[0]?.bytes);
    const hints = text.slice(-OWN_FUNCTIONS);
    expect(text.slice(0, -OWN_FUNCTIONS)).toMatch(/compilationHints..$/s);
    expect(new Set(hints)).toEqual(new Set(['\u0001', '\u0002']));
    expect(hints.split('\u0002')).toHaveLength(DECISION_FUNCTIONS.size + 1);
  });

  it('name functions that the engine has, its longest one among them', () => {
    expect(DECISION_FUNCTIONS.size).toBeGreaterThan(100);
    expect(DECISION_FUNCTIONS).toContain(EXPRESSIONS);
    for (const number of DECISION_FUNCTIONS) expect(number).toBeLessThan(OWN_FUNCTIONS);
  });

  it('leave a module without code as it is', () => {
    const empty = module.subarray(0, 8);
    expect(withCompilationHints(empty, DECISION_FUNCTIONS)).toEqual(empty);
  });
});
