import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks } from '../support/docs/markdown.ts';
import { linesMissing, runSteps, stepsOf } from '../support/docs/walkthrough.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/TEAM.md'), 'utf8');
const STEPS = stepsOf(PAGE);

let place = '';
beforeAll(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'heddle-team-')));
});
afterAll(() => {
  rmSync(place, { recursive: true, force: true });
});

describe('docs/TEAM.md', () => {
  it('is run whole: every block of commands is a step, and every shown output belongs to one', () => {
    const blocks = codeBlocks(PAGE);
    const scripts = blocks.filter(({ language }) => language === 'sh');
    expect(STEPS).toHaveLength(scripts.length);
    const shown = STEPS.filter(({ shows }) => shows.length > 0);
    expect(scripts.length + shown.length).toBe(blocks.length);
    expect(shown.length).toBeGreaterThan(8);
  });

  it('ends each step as it says, and prints what it shows', () => {
    const ended = runSteps(STEPS, place);
    expect(ended.map(({ exit }) => exit)).toEqual(STEPS.map(({ exit }) => exit));
    const missing = ended.flatMap(({ output }, index) => linesMissing(STEPS[index]?.shows ?? [], output));
    expect(missing, ended.map(({ output }) => output).join('')).toEqual([]);
  }, 120_000);
});
