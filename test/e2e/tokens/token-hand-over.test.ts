import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HEDDLE } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  await stage.agent('parent', { more: ['--depth', '2'] });
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const SCOPE = '--agent child --allow state:capture --resource acme/core@task/login:src'.split(' ');
const parentText = (): string => readFileSync(stage.beside('parent.hcred'), 'utf8');

interface HandedOver {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What came out of descriptor 3. */
  readonly secret: string;
}

/** Runs `token attenuate` with a descriptor 3 of that kind. */
async function attenuate(
  argv: readonly string[],
  third: 'pipe' | number,
  { listens = true } = {},
): Promise<HandedOver> {
  const child = spawn(process.execPath, [HEDDLE, 'token', 'attenuate', ...SCOPE, ...argv], {
    cwd: stage.path,
    env: stage.dev.env,
    stdio: ['ignore', 'pipe', 'pipe', third],
  });
  const heard = ['', '', ''];
  [child.stdout, child.stderr, child.stdio[3]].forEach((stream, index) => {
    stream?.on('data', (bytes: Buffer) => (heard[index] += bytes.toString()));
  });
  if (!listens) child.stdio[3]?.destroy();
  const exit = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout = '', stderr = '', secret = ''] = heard;
  return { exit, stdout, stderr, secret };
}

/** Every file of the stage that holds the text. */
function filesWith(text: string): readonly string[] {
  return readdirSync(stage.root, { recursive: true, encoding: 'utf8' })
    .map((name) => join(stage.root, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .filter((path) => readFileSync(path).includes(text));
}

function secretOf(credential: string): string {
  const { secret } = JSON.parse(credential) as { readonly secret: string };
  return secret;
}

describe('token attenuate --fd', () => {
  it('writes the credential to a pipe, and its key nowhere else', async () => {
    const run = await attenuate(['--fd', '3', '--ephemeral', '--json'], 'pipe');
    expect(run.exit, run.stderr).toBe(0);
    const answer = JSON.parse(run.stdout) as Record<string, unknown>;
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ file: null, descriptor: 3, credential: null, agent: 'child' });
    const secret = secretOf(run.secret);
    expect(run.stdout + run.stderr).not.toContain(secret);
    expect(filesWith(secret)).toEqual([]);
    expect(filesWith(secretOf(parentText()))).toEqual([stage.beside('parent.hcred')]);
    expect(JSON.parse(stage.logLines().toSorted().at(-1) ?? '')).toBeDefined();
    const given = await stage.dev.answer('token-inspect', ['--stdin'], { stdin: run.secret });
    expect(given.blocks.map(({ agent }) => agent)).toEqual([null, 'child']);
  });

  it('writes to a pipe of the shell, and says in text where it went', () => {
    const line = `"${process.execPath}" "${HEDDLE}" token attenuate ${SCOPE.join(' ')} --fd 3 3>&1 >&2 | cat`;
    const options = { cwd: stage.path, env: stage.dev.env, encoding: 'utf8' } as const;
    const { stdout, stderr } = spawnSync('/bin/sh', ['-c', line], options);
    expect(stdout).toContain('"type":"credential"');
    expect(stderr).toContain('a token for child went to descriptor 3');
    expect(stderr).not.toContain(secretOf(stdout));
  });

  it('refuses a file, and what was never handed to it, before anything is made', async () => {
    const before = stage.footprint();
    const file = openSync(stage.beside('kept'), 'w');
    const kept = await attenuate(['--fd', '3', '--json'], file);
    closeSync(file);
    expect([kept.exit, kept.stdout, statSync(stage.beside('kept')).size]).toEqual([64, '', 0]);
    expect(kept.stderr).toContain('keeps what is written to it');
    // Among them are pipes and devices that Node has open for itself.
    const others = [...Array.from({ length: 24 }, (_, index) => String(index)), '400', '9000000000'];
    const refused = await Promise.all(
      others.map((descriptor) =>
        stage.dev.run(['token', 'attenuate', ...SCOPE, '--fd', descriptor, '--json']),
      ),
    );
    expect(refused.filter(({ exit, stdout }) => exit !== 64 || stdout !== '')).toEqual([]);
    expect(stage.footprint()).toEqual(before);
  });

  it('says so where nobody takes it, and keeps it nowhere', async () => {
    const run = await attenuate(['--fd', '3', '--json'], 'pipe', { listens: false });
    expect([run.exit, run.stdout]).toEqual([74, '']);
    expect(JSON.parse(run.stderr)).toMatchObject({
      code: 'IO_FAILED',
      facts: { descriptor: 3, errno: 'EPIPE' },
    });
    expect(run.stderr).not.toContain('"secret"');
    expect(stage.leftovers()).toEqual([]);
  });
});

describe('token attenuate --ephemeral', () => {
  it('refuses what would leave the key on a disk', async () => {
    const before = stage.footprint();
    const argv = ['token', 'attenuate', ...SCOPE, '--ephemeral', '--out', '../child.hcred'];
    await expectRefusal(stage.dev, argv, { exit: 64, code: 'USAGE' });
    const line = `"${process.execPath}" "${HEDDLE}" token attenuate ${SCOPE.join(' ')} --ephemeral --stdout > ../kept`;
    const { status } = spawnSync('/bin/sh', ['-c', line], { cwd: stage.path, env: stage.dev.env });
    expect(status).toBe(64);
    expect(statSync(stage.beside('kept')).size).toBe(0);
    expect(existsSync(stage.beside('child.hcred'))).toBe(false);
    expect(stage.footprint()).toEqual(before);
  });

  it('prints to a pipe with the flag that says so', async () => {
    const answer = await stage.dev.answer('token-attenuate', [...SCOPE, '--ephemeral', '--stdout']);
    expect(filesWith(secretOf(answer.credential ?? ''))).toEqual([]);
  });
});

describe('token attenuate --stdin', () => {
  it('narrows a credential that is in no file, and logs it under that one', async () => {
    const argv = [...SCOPE.slice(2), '--agent', 'grandchild', '--stdin', '--stdout'];
    const answer = await stage.dev.answer('token-attenuate', argv, { stdin: parentText() });
    expect(schemaProblems(answer)).toEqual([]);
    const { blocks } = await stage.dev.answer('token-inspect', ['--stdin'], {
      stdin: answer.credential ?? '',
    });
    expect(blocks.map(({ agent }) => agent)).toEqual([null, 'parent', 'grandchild']);
    const { operations } = await stage.dev.answer('oplog', ['--limit', '1']);
    expect(operations[0]).toMatchObject({ op: 'token-attenuate', via: ['parent'] });
    expect((await stage.dev.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('refuses more than was sent, a bare token, and nothing', async () => {
    const wide = '--agent child --allow grant:write --resource acme/core --stdin --stdout'.split(' ');
    const wider = await stage.dev.json(['token', 'attenuate', ...wide], { stdin: parentText(), exit: 65 });
    expect(wider).toMatchObject({ code: 'TOKEN_WIDENS', facts: { asked: 'grant:write', block: 1 } });
    const { token } = JSON.parse(parentText()) as { readonly token: string };
    for (const stdin of [token, '', '{}']) {
      const refusal = await stage.dev.json(['token', 'attenuate', ...SCOPE, '--stdin', '--stdout'], {
        stdin,
        exit: 65,
      });
      expect(refusal['code']).toBe('CREDENTIAL_FILE_INVALID');
    }
    const both = ['token', 'attenuate', ...SCOPE, '--stdin', '--from', '../parent.hcred', '--stdout'];
    await expectRefusal(stage.dev, both, { exit: 64, code: 'USAGE' });
  });
});

describe('a token on the command line', () => {
  it('is refused, and not a letter of it is repeated', async () => {
    const { token } = JSON.parse(parentText()) as { readonly token: string };
    for (const argv of [[token], ['--token-file', token], ['--diff', token]]) {
      for (const json of [[], ['--json']]) {
        const run = await stage.dev.run(['token', 'inspect', ...argv, ...json]);
        expect([run.exit, run.stdout], run.stderr).toEqual([64, '']);
        expect(run.stderr).toContain('--stdin');
        expect(run.stderr).not.toContain(token.slice(0, 24));
      }
    }
    expect((await stage.dev.run(['token', 'verify', '--token-file', token])).exit).toBe(64);
  });
});

describe('token revoke --stdin', () => {
  it('ends the token that is sent', async () => {
    const { token } = JSON.parse(parentText()) as { readonly token: string };
    await stage.dev.answer('token-revoke', ['--stdin'], { stdin: token });
    const { findings } = await stage.dev.answer('token-verify', ['--stdin'], {
      stdin: parentText(),
      exit: 1,
    });
    expect(findings.map(({ kind }) => kind)).toEqual(['revoked']);
  });
});

describe('can --stdin', () => {
  it('asks for the credential that is sent, and for no other beside it', async () => {
    const stdin = parentText();
    const allowed = await stage.dev.answer('can', ['--stdin', 'state:capture', 'acme/core@task/login:src'], {
      stdin,
    });
    expect(allowed.decision?.via.map(({ agent }) => agent)).toEqual(['parent']);
    const argv = ['--stdin', 'state:capture', 'acme/core@task/login:docs'];
    const denied = await stage.dev.answer('can', argv, { stdin, exit: 1 });
    expect(denied.denial?.code).toBe('SCOPE_RESOURCE');
    await expectRefusal(stage.dev, ['can', ...argv, '--token-file', '../parent.hcred'], {
      exit: 64,
      code: 'USAGE',
    });
    await expectRefusal(stage.dev, ['can', ...argv], { exit: 65, code: 'CREDENTIAL_FILE_INVALID' });
  });
});

describe('token inspect --stdin and token verify --stdin', () => {
  it('take a bare token and a credential', async () => {
    const { token } = JSON.parse(parentText()) as { readonly token: string };
    for (const stdin of [token, parentText()]) {
      expect((await stage.dev.answer('token-inspect', ['--stdin'], { stdin })).blocks).toHaveLength(2);
      expect((await stage.dev.answer('token-verify', ['--stdin'], { stdin })).ok).toBe(true);
    }
    const both = ['token', 'inspect', '--stdin', '--token-file', '../parent.hcred'];
    await expectRefusal(stage.dev, both, { exit: 64, code: 'USAGE' });
  });
});
