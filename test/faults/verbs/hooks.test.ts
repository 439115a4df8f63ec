import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HEDDLE } from '../../support/cli/run-heddle.ts';
import { Stage } from '../../support/cli/stage.ts';
import { sweep, type SweepCase } from '../../support/kill-sweep.ts';
import { lastingLeftovers, SLOW } from './sweep-verb.ts';

const OWN = '#!/bin/sh\necho mine\n';

let stage: Stage;
let directory: string;
let before: readonly string[];
beforeEach(async () => {
  stage = await new Stage().withDev();
  directory = join(stage.path, '.git/hooks');
  mkdirSync(directory, { recursive: true });
  for (const name of ['pre-commit', 'post-commit']) writeFileSync(join(directory, name), OWN);
  for (const name of ['pre-commit', 'post-commit']) chmodSync(join(directory, name), 0o755);
  before = files();
});
afterEach(() => stage.dispose());

/** Names and contents. */
function files(): readonly string[] {
  const names = readdirSync(directory).toSorted();
  return names.map((name) => `${name} ${readFileSync(join(directory, name), 'latin1')}`);
}

/** At no time is somebody's own hook away: it stands in its place, or beside heddle's, which runs it. */
function expectOwnHook(what: string): void {
  const path = join(directory, 'pre-commit');
  const beside = `${path}.before-heddle`;
  const text = readFileSync(path, 'utf8');
  expect([text, existsSync(beside) ? readFileSync(beside, 'utf8') : ''], what).toContain(OWN);
  expect(text === OWN || text.includes('# hook of heddle'), what).toBe(true);
}

async function sayings(): Promise<readonly unknown[]> {
  const { operations } = await stage.owner.answer('oplog');
  return operations.filter(({ op }) => op === 'posture');
}

const sweepOf = (verb: string) => ({
  argv: [HEDDLE, 'hook', verb],
  cwd: stage.path,
  env: stage.owner.env,
  root: stage.root,
  sample: 4,
});

describe('hook install', { timeout: SLOW }, () => {
  it('killed at any step, is done by the next one, in the log too, and can be taken back byte for byte', async () => {
    const check = async ({ what }: SweepCase): Promise<void> => {
      expectOwnHook(what);
      await stage.owner.ok(['hook', 'install']);
      expect((await stage.owner.answer('hook-status')).findings, what).toEqual([]);
      expect((await sayings()).length, what).toBeGreaterThan(0);
      await stage.owner.ok(['hook', 'uninstall']);
      expect(files(), what).toEqual(before);
      expect(lastingLeftovers(stage), what).toEqual([]);
    };
    const { kinds } = await sweep({ ...sweepOf('install'), check });
    expect(Object.keys(kinds).length).toBeGreaterThan(1);
  });
});

describe('hook uninstall', { timeout: SLOW }, () => {
  it('killed at any step, leaves what still refuses or nothing, and is done by the next one', async () => {
    await stage.owner.ok(['hook', 'install']);
    const check = async ({ what }: SweepCase): Promise<void> => {
      expectOwnHook(what);
      await stage.owner.ok(['hook', 'uninstall']);
      expect(files(), what).toEqual(before);
      expect(existsSync(join(stage.path, '.git/heddle/hooks.json')), what).toBe(false);
      expect((await sayings()).length, what).toBeGreaterThan(1);
      expect(lastingLeftovers(stage), what).toEqual([]);
    };
    const { kinds } = await sweep({ ...sweepOf('uninstall'), check });
    expect(Object.keys(kinds).length).toBeGreaterThan(1);
  });
});
