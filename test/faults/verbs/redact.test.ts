import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scan } from '../../support/byte-scanner/scan.ts';
import { Stage } from '../../support/cli/stage.ts';
import { WHOLE_SWEEPS } from '../../support/sweep-depth.ts';
import { killVerb, type VerbSweep, SLOW } from './sweep-verb.ts';

const INTENT = 'use the password correct-horse-9f3c';
const SECRET = 'key = "AKIA-never-again-0123456789"\n';

let stage: Stage;
let options: Pick<VerbSweep, 'stage' | 'person' | 'look' | 'next'>;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/key.ts', SECRET);
  await stage.dev.ok(['capture', '-m', 'First']);
  stage.write('src/b.ts', 'beside\n');
  await stage.dev.ok(['capture', '-m', 'Second']);
  options = {
    stage,
    person: stage.owner,
    next: ['start', 'task/next', '--from', 'HEAD', '--worktree', stage.beside('next')],
    look: () => look(),
  };
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

/** What a person can tell: tombstones, the file here, what the newest state shows, what waits in the quarantine. */
async function look(): Promise<unknown> {
  const { tombstones } = await stage.owner.answer('tombstone-list');
  const { states } = await stage.owner.answer('log', ['task/login']);
  const { changed } = await stage.owner.answer('status');
  const { operations } = await stage.owner.answer('oplog');
  return [
    tombstones.map(({ status }) => status),
    existsSync(join(stage.path, 'src/key.ts')) &&
      readFileSync(join(stage.path, 'src/key.ts'), 'utf8') === SECRET,
    states.map(({ state, redacted }) => [state, redacted.length]),
    stage.gitCode('grep', '-q', 'AKIA', 'refs/heddle/threads/task/login', '--', 'files'),
    changed,
    operations.filter(({ op }) => ['redact', 'lift', 'purge', 'receipt'].includes(op)).map(({ op }) => op),
    kept().length,
  ];
}

function kept(): readonly string[] {
  const directory = join(stage.path, '.git', 'heddle', 'quarantine');
  return existsSync(directory) ? readdirSync(directory) : [];
}

async function redact(): Promise<void> {
  await stage.owner.ok(['redact', 'src/key.ts', '--reason', 'a key', '--code', 'credential']);
}

describe('redact', { timeout: SLOW }, () => {
  it('killed at any step or with any git child, or on a full disk, hides all or nothing, and loses no byte', async () => {
    const argv = ['redact', 'src/key.ts', '--reason', 'a key', '--code', 'credential'];
    const { counted, kinds } = await killVerb({ ...options, argv, sample: 4, fullDisk: 2 });
    expect(counted.git.length).toBeGreaterThan(2);
    expect(Object.keys(kinds).length).toBeGreaterThan(3);
  });
});

describe('redact of parts', { timeout: SLOW }, () => {
  const PARTS = ['redact', 'src/key.ts', '--lines', '1', '--reason', 'a key', '--code', 'credential'];

  it('killed at any step or with any git child hides all or nothing, and loses no byte', async () => {
    const { counted } = await killVerb({ ...options, argv: PARTS, look: verified, sample: 2 });
    expect(counted.git.length).toBeGreaterThan(2);
  });

  it.runIf(WHOLE_SWEEPS)('is lifted or not by an undo that is killed, never a third', async () => {
    await stage.owner.ok(PARTS);
    await killVerb({ ...options, argv: ['undo'], look: verified, sample: 3 });
  });

  it.runIf(WHOLE_SWEEPS)('is finished by the command after a purge that was killed', async () => {
    await stage.owner.ok(PARTS);
    await killVerb({ ...options, argv: ['purge', 'src/key.ts', '--yes'], look: lookDeeper, sample: 4 });
  });
});

describe('redact of further parts of what was purged', { timeout: SLOW }, () => {
  const MORE = 'pass = "hush-hush-987654"\n';
  const FURTHER = ['redact', 'src/key.ts', '--lines', '2', '--reason', 'a password', '--code', 'credential'];
  const lookOnDisk = async (): Promise<unknown> => [
    await verified(),
    readFileSync(join(stage.path, 'src/key.ts'), 'utf8').replaceAll(/hr-\w+/g, 'hr'),
    scan({ directories: [stage.path], secrets: { key: SECRET.trim() } }).findings,
  ];

  beforeEach(async () => {
    stage.write('src/key.ts', `${SECRET}${MORE}`);
    await stage.dev.ok(['capture', '-m', 'A password']);
    await stage.owner.ok(['redact', '--match-file', '-', '--reason', 'a key'], { stdin: SECRET.trim() });
    await stage.owner.ok(['purge', 'src/key.ts', '--yes']);
  });

  it('killed at any step or with any git child hides all or nothing, and what was destroyed stays so', async () => {
    await killVerb({ ...options, argv: FURTHER, look: lookOnDisk, sample: 2 });
  });

  it.runIf(WHOLE_SWEEPS)('is lifted or not by an undo that is killed, never a third', async () => {
    await stage.owner.ok(FURTHER);
    await killVerb({ ...options, argv: ['undo'], look: lookOnDisk, sample: 3 });
  });

  it.runIf(WHOLE_SWEEPS)('is finished by the command after a purge that was killed', async () => {
    await stage.owner.ok(FURTHER);
    await killVerb({ ...options, argv: ['purge', 'src/key.ts', '--yes'], look: lookOnDisk, sample: 4 });
  });
});

async function verified(): Promise<unknown> {
  return [await look(), (await stage.owner.answer('tombstone-verify')).findings];
}

describe('redact --text', { timeout: SLOW }, () => {
  const saysIt = async (): Promise<unknown> => [
    await look(),
    (await stage.owner.answer('log', ['task/login'])).states.map(({ intent }) => intent),
    scan({ directories: [join(stage.path, '.git', 'heddle', 'oplog')], secrets: { intent: INTENT } }).findings
      .length > 0,
    (await stage.owner.answer('verify', ['--all'])).findings,
  ];

  it('killed at any step or with any git child hides all or nothing, in the log too', async () => {
    stage.write('src/b.ts', 'again\n');
    await stage.dev.ok(['capture', '-m', INTENT]);
    const argv = ['redact', '--text', 'task/login', '--reason', 'a key'];
    const { counted } = await killVerb({ ...options, argv, look: saysIt, sample: 2 });
    expect(counted.git.length).toBeGreaterThan(2);
  });

  it.runIf(WHOLE_SWEEPS)('is lifted or not by an undo that is killed, never a third', async () => {
    stage.write('src/b.ts', 'again\n');
    await stage.dev.ok(['capture', '-m', INTENT]);
    await stage.owner.ok(['redact', '--text', 'task/login', '--reason', 'a key']);
    await killVerb({ ...options, argv: ['undo'], look: saysIt, sample: 3 });
  });
});

describe('redact --name', { timeout: SLOW }, () => {
  const named = async (): Promise<string> => {
    const { findings } = await stage.owner.answer('verify', ['--all']);
    const tree = stage.git('ls-tree', '-r', '--name-only', 'refs/heddle/threads/task/login:files');
    const told = JSON.stringify([await look(), tree.includes('key.ts'), findings]);
    // A placeholder names its tombstone, and each that is killed makes another one.
    return told.replaceAll(/hr-[0-9a-z]{52}/g, 'hr-');
  };
  const NAME = ['redact', '--name', 'src/key.ts', '--reason', 'a customer', '--code', 'pii'];

  it('killed at any step or with any git child hides the name everywhere or nowhere', async () => {
    const { counted } = await killVerb({ ...options, argv: NAME, look: named, sample: 2 });
    expect(counted.git.length).toBeGreaterThan(2);
  });

  it.runIf(WHOLE_SWEEPS)('is purged by the next command, or never began to be', async () => {
    await stage.owner.ok(NAME);
    rmSync(join(stage.path, 'src/key.ts'));
    const { tombstones } = await stage.owner.answer('tombstone-list');
    const argv = ['purge', tombstones[0]?.tombstone ?? '', '--yes'];
    await killVerb({ ...options, argv, look: async () => [await named(), kept().length], sample: 4 });
  });
});

describe('undo of a redaction', { timeout: SLOW }, () => {
  it('killed at any step or with any git child is lifted or not, never a third', async () => {
    await redact();
    const { counted } = await killVerb({ ...options, argv: ['undo'], sample: 2 });
    expect(counted.git.length).toBeGreaterThan(1);
  });
});

describe('purge', { timeout: SLOW }, () => {
  it('killed at any step or with any git child is finished by the next command, or never began', async () => {
    await redact();
    const argv = ['purge', 'src/key.ts', '--yes'];
    const { counted, kinds } = await killVerb({ ...options, argv, look: lookDeeper, sample: 5 });
    expect(counted.git.length).toBeGreaterThan(5);
    expect(Object.keys(kinds).length).toBeGreaterThan(3);
  });
});

describe('purge --rewrite-git', { timeout: SLOW }, () => {
  it('killed at any step or with any git child leaves every ref old or new, and is done again', async () => {
    stage.git('add', '-f', 'src/key.ts');
    stage.git('commit', '-q', '-m', 'leak');
    stage.git('branch', 'second');
    await redact();
    const argv = ['purge', 'src/key.ts', '--yes', '--rewrite-git'];
    const lookAtRefs = async (): Promise<unknown> => {
      // Whoever comes next finishes the job where it was ordered.
      const refs = stage.git('for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads');
      return [refs, stage.git('status', '--porcelain', '-uno'), await lookDeeper()];
    };
    const { counted } = await killVerb({ ...options, argv, look: lookAtRefs, sample: 3 });
    expect(counted.git.some((args) => args.includes('update-ref'))).toBe(true);
  });
});

describe.runIf(WHOLE_SWEEPS)('purge --rewrite-git of a part', { timeout: SLOW }, () => {
  it('killed at any step or with any git child is done again: versions, messages, indexes and work trees', async () => {
    const part = SECRET.slice(7, -2);
    stage.write('src/key.ts', `${SECRET}older\n`);
    stage.git('add', '-f', 'src/key.ts');
    stage.git('commit', '-q', '-m', `use ${part}`);
    stage.write('staged.ts', `"${part}"\n`);
    stage.git('add', 'staged.ts');
    stage.write('src/key.ts', SECRET);
    const words = ['--match-file', '-', '--reason', 'leaked', '--code', 'credential'];
    const { tombstone } = await stage.owner.answer('redact', words, { stdin: part });
    const argv = ['purge', String(tombstone), '--yes', '--rewrite-git'];
    const lookAtRefs = async (): Promise<unknown> => {
      const refs = stage.git('for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads');
      const { tombstones } = await stage.owner.answer('tombstone-list');
      const { findings } = scan({ directories: [stage.path], secrets: { part } });
      const purged = tombstones.every(({ status }) => status === 'purged');
      expect(findings.length === 0, 'bytes are gone if and only if a receipt says so').toBe(purged);
      return [refs, stage.git('status', '--porcelain', '-uno'), tombstones.map(({ status }) => status)];
    };
    await killVerb({ ...options, argv, look: lookAtRefs, sample: 3 });
  });
});

/** Never a receipt with bytes left, nor bytes gone without a tombstone. */
async function lookDeeper(): Promise<unknown> {
  const { tombstones } = await stage.owner.answer('tombstone-list');
  const { findings } = scan({ directories: [stage.path], secrets: { key: SECRET.trim() } });
  const purged = tombstones.every(({ status }) => status === 'purged');
  expect(findings.length === 0, 'bytes are gone if and only if a receipt says so').toBe(purged);
  return look();
}
