import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERBS } from '#cli/command-table.ts';
import { parseAdvice } from '#cli/parse-arguments.ts';
import { verbName } from '#cli/table/verb-spec.ts';
import { runEveryVerb } from '../support/cli/every-verb.ts';
import type { Run } from '../support/cli/run-heddle.ts';
import { schemaProblems } from '../support/cli/schemas.ts';
import { Stage } from '../support/cli/stage.ts';

const NETWORK = fileURLToPath(new URL('../support/preload/network-preload.mjs', import.meta.url));

let stage: Stage;
let report: string;
let native: string;
let runs: readonly Run[];
beforeAll(async () => {
  stage = new Stage();
  report = stage.beside('network');
  native = stage.beside('native');
  const env = { NETWORK_REPORT: report, NATIVE_REPORT: native };
  runs = await runEveryVerb(stage, { preload: NETWORK, env });
}, 180_000);
afterAll(() => stage.dispose());

/** Private keys and tokens of everybody, as they lie in their files; a bare token is a secret as long as it can be extended. */
function secrets(kind: 'key' | 'token'): readonly string[] {
  const files = readdirSync(stage.root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.hcred$|\/keys\/.*\.json$|\/replicas\/.*\.json$/.test(name))
    .map((name) => stage.beside(name))
    .filter((path) => statSync(path).isFile());
  return files.flatMap((path) => {
    const {
      secret,
      secrets: several,
      token,
    } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
    return (kind === 'key' ? [secret, several] : [token]).filter((text) => text !== undefined);
  });
}

/** The spellings in which bytes could show. */
function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'base64url');
  const parts = bytes.length > 64 ? [bytes] : [bytes.subarray(0, 32), bytes.subarray(-32)];
  return parts.flatMap((part) => [
    part.toString('base64url').slice(0, 40),
    part.toString('base64').slice(0, 40),
    part.toString('hex').slice(0, 60),
  ]);
}

function objects(): Buffer {
  return execFileSync('git', ['cat-file', '--batch', '--batch-all-objects', '--unordered'], {
    cwd: stage.path,
    env: stage.repository.env,
    maxBuffer: 1024 ** 3,
  });
}

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

  it('prints no private key and no token, in no spelling', () => {
    const canaries = [...secrets('key'), ...secrets('token')].flatMap(spellings);
    expect(canaries.length).toBeGreaterThan(20);
    for (const { argv, stdout, stderr } of runs) {
      const text = stdout + stderr;
      for (const canary of canaries) expect(text.includes(canary), argv.join(' ')).toBe(false);
    }
  });

  it('leaves no private key and no token that can be extended in the repository', () => {
    const canaries = [...secrets('key'), ...secrets('token')].flatMap((secret) => [
      Buffer.from(secret, 'base64url'),
      ...spellings(secret).map((text) => Buffer.from(text)),
    ]);
    const files = readdirSync(join(stage.path, '.git'), { recursive: true, encoding: 'utf8' })
      .map((name) => join(stage.path, '.git', name))
      .filter((path) => statSync(path).isFile());
    const contents = [objects(), ...files.map((path) => readFileSync(path))];
    for (const content of contents) {
      for (const canary of canaries) expect(content.includes(canary)).toBe(false);
    }
  });

  it('would be seen printing a secret', async () => {
    const file = stage.beside('worker.hcred');
    const { stdout } = await stage.dev.ok([
      'token',
      'attenuate',
      '--from',
      file,
      '--stdout',
      '--agent',
      'x',
      '--allow',
      'state:read',
      '--resource',
      'acme/core@task/login:src',
    ]);
    const { secret = '' } = JSON.parse(stdout) as { secret?: string };
    expect(spellings(secret).some((text) => stdout.includes(text))).toBe(true);
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
