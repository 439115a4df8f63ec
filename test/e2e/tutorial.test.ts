import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks, shellLines } from '../support/docs/markdown.ts';
import { linesMissing, runSteps, stepsOf, type Step } from '../support/docs/walkthrough.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/TUTORIAL.md'), 'utf8');
const STEPS = stepsOf(PAGE);
const KEY = 'pk-6f1d0c2b7e9a4835';

let place = '';
beforeAll(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-tutorial-')));
});
afterAll(() => {
  rmSync(place, { recursive: true, force: true });
});

describe('docs/TUTORIAL.md', () => {
  it('is run whole: every block of commands is a step, and every shown output belongs to one', () => {
    const blocks = codeBlocks(PAGE);
    const scripts = blocks.filter(({ language }) => language === 'sh');
    expect(STEPS).toHaveLength(scripts.length);
    const shown = STEPS.filter(({ shows }) => shows.length > 0);
    expect(scripts.length + shown.length).toBe(blocks.length);
    expect(shown.length).toBeGreaterThan(12);
  });

  it('ends each step as it says, and prints what it shows', () => {
    const ended = runSteps(STEPS, place);
    expect(ended.map(({ exit }) => exit)).toEqual(STEPS.map(({ exit }) => exit));
    const missing = ended.flatMap(({ output }, index) => linesMissing(STEPS[index]?.shows ?? [], output));
    expect(missing, ended.map(({ output }) => output).join('')).toEqual([]);

    // The command that repairs the denial is the one that the denial printed, letter for letter.
    const denial = ended.find(({ output }) => output.includes('error: denied at scope: state:capture'));
    const fix = /^ {2}fix +(heddle .+)$/m.exec(denial?.output ?? '')?.[1];
    const repairs = STEPS.flatMap(({ script }) => shellLines(script)).map((line) =>
      line.replace(/^\S+=\S+ /, ''),
    );
    expect(fix).toContain('token attenuate');
    expect(repairs).toContain(fix);
    // Who reads on after the redaction, reads no key.
    const redacted = ended.findIndex(({ output }) => output.includes('hides it in 1 state'));
    expect(STEPS.some(({ script }) => script.includes(KEY))).toBe(true);
    expect(redacted).toBeGreaterThan(10);
    for (const { output } of ended.slice(redacted)) expect(output).not.toContain(KEY);
  }, 120_000);
});

describe('a walkthrough', () => {
  const step = (script: string, shows: readonly string[] = [], exit = 0): Step => ({ script, shows, exit });

  it('would be seen to end otherwise, and goes no further', () => {
    const ended = runSteps([step('echo one\n'), step('(exit 7)\n'), step('echo never\n')], place);
    expect(ended).toEqual([
      { output: 'one\n', exit: 0 },
      { output: '', exit: 7 },
    ]);
  });

  it('stops a step at its first command that fails, unless it is the last', () => {
    const ended = runSteps([step('false\necho still here\n', [], 1)], place);
    expect(ended).toEqual([{ output: '', exit: 1 }]);
  });

  it('would be seen to print something else, or in another order', () => {
    const output = 'captured hs-abc on task\n  M a.ts\n';
    expect(linesMissing(['captured hs-… on task', '  M a.ts'], output)).toEqual([]);
    expect(linesMissing(['  M a.ts', 'captured hs-… on task'], output)).toEqual(['captured hs-… on task']);
    expect(linesMissing(['captured hs-… on tas'], output)).toEqual(['captured hs-… on tas']);
    expect(linesMissing(['M a.ts'], output)).toEqual(['M a.ts']);
  });
});
