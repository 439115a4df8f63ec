import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERBS } from '#cli/command-table.ts';
import { parseAdvice } from '#cli/arguments/parse-arguments.ts';
import { verbName } from '#cli/table/verb-spec.ts';
import { CANARY_PRELOAD, Canaries } from '../support/cli/canaries.ts';
import { runEveryVerb } from '../support/cli/every-verb.ts';
import { story, type Run } from '../support/cli/run-heddle.ts';
import { schemaProblems } from '../support/cli/schemas.ts';
import { Stage } from '../support/cli/stage.ts';

const NETWORK = fileURLToPath(new URL('../support/preload/network-preload.mjs', import.meta.url));

let stage: Stage;
let report: string;
let native: string;
let runs: readonly Run[];
let canaries: Canaries;
beforeAll(async () => {
  stage = new Stage();
  report = stage.beside('network');
  native = stage.beside('native');
  canaries = new Canaries(stage);
  const env = { ...canaries.env, NETWORK_REPORT: report, NATIVE_REPORT: native };
  runs = await runEveryVerb(stage, { preload: CANARY_PRELOAD, env });
}, 600_000);
afterAll(() => stage.dispose());

/** Each verb once more, with a bug just after it read a key, or where it starts its first child. */
async function crashEveryVerb(): Promise<readonly Run[]> {
  const crashed: Run[] = [];
  const env = { ...canaries.env, NETWORK_REPORT: report, CANARY_BUG: '1', HEDDLE_TRACE: '1' };
  for (const verb of VERBS) {
    const name = `${verbName(verb)} `;
    const line = runs.find(({ argv, exit }) => exit === 0 && `${argv.join(' ')} `.startsWith(name));
    if (line === undefined) continue;
    const person = verb.path[0] === 'token' ? stage.dev : stage.owner;
    const how = { preload: CANARY_PRELOAD, env };
    const kept = await person.run(line.argv, { ...how, isKept: true });
    crashed.push(kept);
    // What the bug waits for may have been read by the command before it.
    if (kept.exit !== 70) crashed.push(await person.run(line.argv, how));
  }
  return crashed;
}

const PRINTS =
  'token attenuate --from ../worker.hcred --stdout --agent x --allow state:read --resource acme/core@task/login:src';
/** A program that shows a secret in every way in which heddle must not. */
const PLANTS = `
  import { execFileSync } from 'node:child_process';
  import { rmSync, writeFileSync } from 'node:fs';
  const { PLANTED, TMPDIR } = process.env;
  writeFileSync(TMPDIR + '/left', PLANTED);
  writeFileSync(TMPDIR + '/deleted', Buffer.from(PLANTED, 'base64url'));
  rmSync(TMPDIR + '/deleted');
  execFileSync('git', ['hash-object', '-w', '--stdin'], { input: 'x' + PLANTED });
  execFileSync('true', [PLANTED], { env: {} });
`;

describe('every verb', () => {
  it('was run, as text and as JSON that holds to its schema', () => {
    const lines = runs.map(({ argv }) => argv.join(' '));
    for (const verb of VERBS) {
      expect(
        lines.some((line) => line.startsWith(verbName(verb))),
        verbName(verb),
      ).toBe(true);
    }
    const answers = runs.filter(({ argv }) => argv.includes('--json'));
    expect(answers.length).toBeGreaterThan(30);
    for (const { argv, stdout, stderr } of answers) {
      const object = JSON.parse(stdout || stderr) as Record<string, unknown>;
      expect(schemaProblems(object), argv.join(' ')).toEqual([]);
    }
  });

  it('ends with a documented exit code, and never with a bug', () => {
    const codes = new Set(runs.map(({ exit }) => exit));
    for (const { argv, exit, stderr } of runs) {
      expect([0, 1, 64, 65, 73, 74, 75, 77, 78], `${argv.join(' ')}: ${stderr}`).toContain(exit);
    }
    for (const code of [0, 1, 64, 65, 73, 77]) expect(codes.has(code), String(code)).toBe(true);
  });

  it('shows no secret: not in its output, the repository, temporary files, or to a child process', () => {
    expect(Object.keys(canaries.secrets()).length).toBeGreaterThan(15);
    expect(canaries.children().length).toBeGreaterThan(runs.length);
    expect(canaries.findings(runs)).toEqual([]);
  });

  it('shows none where it meets a bug, and is asked to say more', async () => {
    const crashed = await crashEveryVerb();
    const met = crashed.filter(({ exit }) => exit === 70);
    expect(met.length).toBeGreaterThan(VERBS.length * 0.8);
    expect(met.every(({ stderr }) => stderr.includes('a planted bug'))).toBe(true);
    expect(canaries.findings(crashed)).toEqual([]);
  }, 300_000);

  it('shows none of a credential file that is damaged just beside it', async () => {
    const whole = readFileSync(stage.beside('worker.hcred'), 'utf8');
    const damaged = stage.beside('damaged');
    const told: Run[] = [];
    for (const damage of [
      whole.replace('"secret":"', '"secret":'),
      whole.replace('"secret":"', '"secret":"\\x'),
    ]) {
      expect(damage).not.toBe(whole);
      writeFileSync(damaged, damage, { mode: 0o600 });
      const env = { ...canaries.env, HEDDLE_TRACE: '1' };
      const holder = stage.dev.with({ HEDDLE_CREDENTIAL: damaged });
      told.push(await holder.run(['capture'], { env }), await holder.run(['whoami', '--json'], { env }));
      told.push(await stage.dev.run(['token', 'inspect', damaged], { env }));
      told.push(await stage.dev.run(['token', 'inspect', '--stdin'], { env, stdin: damage }));
    }
    for (const run of told) expect(run.exit, story(run)).not.toBe(0);
    expect(canaries.findings(told)).toEqual([]);
  });

  it('would be seen showing one, wherever it does', async () => {
    const { stdout } = await stage.dev.ok(PRINTS.split(' '));
    const { secret = '' } = JSON.parse(stdout) as { secret?: string };
    writeFileSync(stage.beside('shown.hcred'), stdout);
    const bytes = Buffer.from(secret, 'base64url');
    const shown = { argv: ['planted'], exit: 0, signal: null, stdout, stderr: bytes.toString('hex') };
    spawnSync(process.execPath, ['--import', CANARY_PRELOAD, '--input-type=module', '-e', PLANTS], {
      env: {
        ...canaries.env,
        PATH: process.env['PATH'] ?? '',
        PLANTED: secret,
        GIT_DIR: `${stage.path}/.git`,
      },
    });
    const places = canaries.findings([shown]).filter(({ what }) => what.endsWith('of shown.hcred'));
    const layers = new Set(places.map(({ layer }) => layer.replace(/ [0-9a-f]{40}$/, '')));
    for (const layer of ['stdout', 'stderr', 'argv', 'environment', 'loose object', 'raw']) {
      expect(layers, layer).toContain(layer);
    }
    const files = places.map(({ file }) => file.slice(stage.root.length + 1));
    expect(files).toContain('tmp/left');
    expect(files.some((file) => file.startsWith('graves/'))).toBe(true);
  });

  it('advises only commands that its own parser understands', () => {
    const advised = runs.flatMap(({ argv, stdout, stderr }) => {
      if (!argv.includes('--json')) return [];
      const object = JSON.parse(stdout || stderr) as {
        readonly fixes?: readonly { readonly argv: readonly string[] }[];
        readonly denial?: { readonly fixes: readonly { readonly argv: readonly string[] }[] } | null;
        readonly attention?: readonly { readonly command: readonly string[] | null }[];
      };
      const fixes = [...(object.fixes ?? []), ...(object.denial?.fixes ?? [])].map((fix) => fix.argv);
      return [
        ...fixes,
        ...(object.attention ?? []).flatMap(({ command }) => (command === null ? [] : [command])),
      ];
    });
    expect(advised.length).toBeGreaterThan(5);
    for (const argv of advised) expect(() => parseAdvice(argv), argv.join(' ')).not.toThrow();
  });

  it('reaches no network and listens on no socket', () => {
    expect(existsSync(report) ? readFileSync(report, 'utf8') : '').toBe('');
  });

  it('loads the local index, which is slow to load, only where it is needed', () => {
    const lines = readFileSync(native, 'utf8').trimEnd().split('\n');
    const expected = ['doctor --rebuild-index', 'doctor --rebuild-index --json'];
    expect(lines.map((line) => line.replace(/^.*classic-level.*\.node /, ''))).toEqual(expected);
  });

  it('would be seen reaching for one', () => {
    const seen = stage.beside('seen');
    const attempts = [
      `import net from 'node:net'; net.connect(1, '127.0.0.1')`,
      `import { createServer } from 'node:http'; createServer().listen(0)`,
      `import { createSocket } from 'node:dgram'; createSocket('udp4')`,
      `await fetch('http://127.0.0.1:65000/')`,
    ];
    for (const source of attempts) {
      spawnSync(process.execPath, ['--import', NETWORK, '--input-type=module', '-e', source], {
        env: { NETWORK_REPORT: seen, PATH: process.env['PATH'] ?? '' },
      });
    }
    const lines = readFileSync(seen, 'utf8').trim().split('\n');
    expect(lines).toEqual(['connect', 'listen', 'datagram', 'connect']);
  });
});
