import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HEDDLE } from '../../support/cli/run-heddle.ts';
import { Stage } from '../../support/cli/stage.ts';
import { killEverywhere, sweep } from '../../support/kill-sweep.ts';
import { SLOW } from './sweep-verb.ts';

const SETTINGS = '{\n    "model" : "x",\n\t"odd": 1.0}\n\n';
const EXCLUDES = '*.mine';
const WIRE = ['integrate', 'claude-code'];
const UNWIRE = [...WIRE, '--uninstall'];

let stage: Stage;
beforeEach(async () => {
  stage = await new Stage().withDev();
  mkdirSync(dirname(excludes()), { recursive: true });
  writeFileSync(excludes(), EXCLUDES);
});
afterEach(() => stage.dispose());

const settings = (): string => join(stage.path, '.claude', 'settings.local.json');
const excludes = (): string => join(stage.path, '.git', 'info', 'exclude');
const content = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null);

/** What a person sees of it, and what lies beside: nothing that a killed one left. */
function seen(): unknown {
  const beside = [dirname(settings()), dirname(excludes())].map((at) =>
    existsSync(at) ? readdirSync(at).toSorted() : null,
  );
  return { settings: content(settings()), excludes: content(excludes()), beside };
}

function homes(): readonly string[] {
  const root = join(stage.dev.env['HEDDLE_HOME'] ?? '', 'data', 'harness');
  return existsSync(root) ? readdirSync(root) : [];
}

/** Wires the clone, and begins a session in it. */
async function wire(): Promise<void> {
  await stage.dev.ok(WIRE);
  await stage.dev.run(['harness', 'session-start', '--format', 'claude-code'], {
    stdin: JSON.stringify({ session_id: 's', hook_event_name: 'SessionStart' }),
  });
}

/** Kills a command everywhere: each file is whole, old or new, and taking all of it out ends with what was there. */
async function killed(argv: readonly string[], before: () => Promise<void>): Promise<void> {
  const clean = seen();
  stage.keep();
  const outcomes = [[content(settings()), content(excludes())]];
  await wire();
  outcomes.push([content(settings()), content(excludes())]);
  stage.reset();
  const { cases } = await sweep({
    argv: [HEDDLE, ...argv],
    cwd: stage.path,
    env: stage.dev.env,
    root: stage.root,
    sample: 2,
    before,
    disturb: (counted) => killEverywhere(counted).filter(({ kind }) => kind === 'kill'),
    check: async ({ what }) => {
      const [found, ignored] = [content(settings()), content(excludes())];
      expect(
        outcomes.map(([file]) => file),
        what,
      ).toContain(found);
      expect(
        outcomes.map(([, file]) => file),
        what,
      ).toContain(ignored);
      await stage.dev.ok(UNWIRE);
      expect(seen(), what).toEqual(clean);
      expect(homes(), what).toEqual([]);
    },
  });
  expect(cases).toBeGreaterThan(1);
}

describe('integrate, killed at any step,', { timeout: SLOW }, () => {
  it.each([
    ['settings that were there', SETTINGS],
    ['none', null],
  ])('leaves files whole, and is taken back to %s', async (_what, text) => {
    if (text !== null) {
      mkdirSync(dirname(settings()), { recursive: true });
      writeFileSync(settings(), text);
    }
    await killed(WIRE, async () => undefined);
    await killed(UNWIRE, wire);
  });
});
