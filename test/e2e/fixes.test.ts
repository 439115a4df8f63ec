import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DenialResult } from '#domain/results/decision-results.ts';
import { denialOf, printed, story } from '../support/cli/run-heddle.ts';
import { Stage, found, type Person } from '../support/cli/stage.ts';

let stage: Stage;
let worker: Person;
beforeAll(async () => {
  stage = await new Stage().withDev();
  worker = await stage.agent('worker');
  stage.write('.gitignore', '*.hcred\n');
  stage.repository.commit('credentials stay out of states');
  await stage.owner.ok(['grant', 'add', 'dev@example.com', 'developer', 'acme/core@fresh']);
  await stage.dev.ok(['start', 'fresh/one']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const denied = async (person: Person, line: string): Promise<DenialResult> =>
  denialOf(await person.run([...line.split(' '), '--json']));

/** Runs a fix as it stands, by the first of those who may. */
async function runFix({ fixes }: DenialResult, people: Readonly<Record<string, Person>>): Promise<void> {
  const fix = found(fixes[0]);
  const who = found(fix.who.map((name) => people[name]).find((person) => person !== undefined));
  const run = await who.run(fix.argv.slice(1));
  expect(run.exit, story(run)).toBe(0);
}

const people = () => ({ 'owner@example.com': stage.owner, 'dev@example.com': stage.dev, worker });

describe('a fix, run as it stands by somebody who may', () => {
  it('allows a thread outside the role', async () => {
    await runFix(await denied(stage.dev, 'start release/1'), people());
    await stage.dev.ok(['start', 'release/1']);
  });

  it('makes a file beside those of the fixes before it', async () => {
    const files: string[] = [];
    for (const thread of ['one', 'two']) {
      const denial = await denied(worker, `start more/${thread}`);
      const asked = await worker.run(['can', 'thread:start', `acme/core@more/${thread}`, '--json']);
      expect(printed(asked)).toMatchObject({ denial: { fixes: denial.fixes } });
      await runFix(denial, people());
      files.push(found(found(denial.fixes[0]).argv.at(-1)));
    }
    expect(files).toEqual(['../worker-2.hcred', '../worker-3.hcred']);
  });

  it('allows a capture of paths in many places', async () => {
    const reader = stage.person('second');
    await reader.ok(['key', 'new', '--no-passphrase', '--principal', 'second@example.com']);
    const { text } = await reader.answer('key-export');
    await stage.owner.ok(['key', 'add', 'second@example.com', text]);
    await stage.owner.ok(['grant', 'add', 'second@example.com', 'reader', 'acme/core']);
    await reader.ok(['login']);
    for (const path of ['src/a.ts', 'docs/b.md', 'x']) stage.write(path, 'x\n');
    const denial = await denied(reader, 'capture');
    expect(denial).toMatchObject({ code: 'ROLE_INSUFFICIENT', held: { role: 'reader', at: 'acme/core' } });
    await runFix(denial, people());
    await reader.ok(['capture']);
  });

  it('allows a grant that was more than the giver holds', async () => {
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'admin', 'acme/core']);
    const line = 'grant add dev@example.com owner acme/core@task';
    await runFix(await denied(stage.dev, line), people());
    await stage.dev.ok(line.split(' '));
  });

  it("allows what a narrow token did not, with a new token of the same agent's", async () => {
    stage.write('docs/b.md', 'b\n');
    const denial = await denied(worker, 'capture');
    expect(denial.code).toBe('SCOPE_RESOURCE');
    await runFix(denial, people());
    const argv = found(denial.fixes[0]).argv;
    const made = join(stage.path, found(argv[argv.indexOf('--out') + 1]));
    expect(readFileSync(made, 'utf8')).toContain('"type":"credential"');
    await stage.dev.ok(['capture'], { env: { HEDDLE_CREDENTIAL: made } });
  });

  it('comes from the lead of a hierarchy, where the lead has it', async () => {
    const resource = 'acme/core@fresh/one';
    const lead = await stage.agent('lead', { resource, more: ['--depth', '2'] });
    const sub = await stage.agent('sub', { from: lead, resource: `${resource}:src` });
    stage.write('docs/b.md', 'b\n');
    const denial = await denied(sub, 'capture');
    expect(denial).toMatchObject({ code: 'SCOPE_RESOURCE', fixes: [{ who: ['lead'] }] });
    await runFix(denial, { lead });
    const { argv } = found(denial.fixes[0]);
    const made = join(stage.path, found(argv[argv.indexOf('--out') + 1]));
    await stage.dev.ok(['capture'], { env: { HEDDLE_CREDENTIAL: made } });
  });

  it('names once what twenty paths have in common', async () => {
    for (let index = 0; index < 20; index += 1) stage.write(`docs/${index}.md`, `${index}\n`);
    const denial = await denied(worker, 'capture');
    const { argv } = found(denial.fixes[0]);
    expect(argv.filter((word) => word.startsWith('acme/'))).toEqual(['acme/core@fresh/one']);
    await runFix(denial, people());
    const made = join(stage.path, found(argv[argv.indexOf('--out') + 1]));
    await stage.dev.ok(['capture'], { env: { HEDDLE_CREDENTIAL: made } });
  });

  it('gives a detected agent a credential with which it may work', async () => {
    stage.write('src/a.ts', 'a\n');
    const detected = stage.dev.with({ CLAUDECODE: '1' });
    const denial = await denied(detected, 'capture');
    expect(denial.code).toBe('CREDENTIAL_MISSING');
    await runFix(denial, people());
    const { argv } = found(denial.fixes[0]);
    const made = join(stage.path, found(argv[argv.indexOf('--out') + 1]));
    await detected.ok(['capture'], { env: { HEDDLE_CREDENTIAL: made } });
  });

  it('logs in whoever has keys and no session', async () => {
    const other = stage.person('elsewhere');
    await other.ok(['key', 'new', '--no-passphrase', '--principal', 'other@example.com']);
    const { text } = await other.answer('key-export');
    await stage.owner.ok(['key', 'add', 'other@example.com', text]);
    await stage.owner.ok(['grant', 'add', 'other@example.com', 'developer', 'acme/core']);
    const line = 'start free/one --principal other@example.com';
    const denial = await denied(other, line);
    expect(denial.code).toBe('CREDENTIAL_MISSING');
    await runFix(denial, { ...people(), 'other@example.com': other });
    await other.ok(line.split(' '));
  });

  it('is not there where nothing helps, and then it is said why', async () => {
    const denial = await denied(worker, 'grant add dev@example.com owner acme/core');
    expect(denial).toMatchObject({ code: 'FLOOR', fixes: [] });
    expect(denial.why).not.toBeNull();
  });
});
