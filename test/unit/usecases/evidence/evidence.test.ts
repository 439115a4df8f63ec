import { beforeEach, describe, expect, it } from 'vitest';
import { decodeUtf8, equalBytes, utf8 } from '#domain/encoding/bytes.ts';
import { formatBase64Url } from '#domain/encoding/base64url.ts';
import {
  decodeOperation,
  encodeOperation,
  hashOperation,
  operationSigningHash,
} from '#domain/operation/operation-codec.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import { decodeTar, encodeTar } from '#domain/evidence/tar.ts';
import { parseId } from '#domain/id.ts';
import type { EvidenceVerifyResult } from '#domain/results/boundary/evidence-results.ts';
import { capture } from '#usecases/capture/capture.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { exportEvidence, type MadeEvidence } from '#usecases/evidence/export-evidence.ts';
import { verifyEvidence } from '#usecases/evidence/verify-evidence.ts';
import { redactName } from '#usecases/removal/names/redact-name.ts';
import { redactTexts } from '#usecases/removal/texts/redact-texts.ts';
import { freeze } from '#usecases/revocation/freeze.ts';
import type { Workspace } from '#ports/workspace.ts';
import { DEV } from '../../../support/decisions.ts';
import { evidenceParts } from '../../../support/memory/evidence.ts';
import { purgeTombstone, redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { delegate, join, save, start, started } from '../../../support/memory/scenes.ts';
import {
  createMemoryRepository,
  createReplica,
  type MemoryRepository,
} from '../../../support/memory/workspace.ts';

const SECRET = 'correct-horse-battery-4417';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { 'src/a.ts': 'const a = 1;\n', '.env': `KEY=${SECRET}\n` });
  await save(repository, workspace, { 'src/b.ts': 'const b = 2;\n' });
});

const make = (of: string | null = null, who = workspace, contents: 'included' | 'left-out' = 'left-out') =>
  exportEvidence(who, evidenceParts(who), { of, contents });

/** Verified by a machine that knows nothing of the repository. */
const check = (bytes: Uint8Array, genesis: string | null = null): Promise<EvidenceVerifyResult> =>
  verifyEvidence(
    evidenceParts(createMemoryRepository().workspace),
    bytes,
    genesis === null ? null : parseId('hg', genesis),
  );

async function sound(made: MadeEvidence): Promise<EvidenceVerifyResult> {
  expect(made.result.findings).toEqual([]);
  const verified = await check(made.bytes, made.result.genesis);
  expect(verified.findings).toEqual([]);
  const { bytes, ...told } = made.result;
  expect(verified).toEqual({ ...told, pinned: true });
  expect(bytes).toBe(made.bytes.length);
  return verified;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

function changed(made: MadeEvidence, change: (files: Map<string, Uint8Array>) => void): Uint8Array {
  const files = new Map(decodeTar(made.bytes));
  change(files);
  return encodeTar(files);
}

describe('an evidence', () => {
  it('is verified elsewhere as it was here: states, records, lines', async () => {
    const { states, checked, notProven } = await sound(await make('task'));
    expect(states.map(({ thread, attestation }) => [thread, attestation])).toEqual([
      ['task', 'verified'],
      ['task', 'verified'],
    ]);
    expect(checked).toMatchObject({ states: 2, operations: 2 });
    expect(notProven.join('\n')).toContain('3 contents were left out');
  });

  it('is the same bytes for the same states, whoever makes it and whatever happened beside them', async () => {
    const made = await make('task');
    expect(equalBytes((await make('task')).bytes, made.bytes)).toBe(true);
    repository.now = workspace.clock.now();
    await start(workspace, 'other');
    expect(equalBytes((await make('task')).bytes, made.bytes)).toBe(true);
  });

  it('holds contents only where they were asked for', async () => {
    expect(text((await make('task')).bytes)).not.toContain(SECRET);
    const whole = await make('task', workspace, 'included');
    expect(text(whole.bytes)).toContain(SECRET);
    const { notProven, contents } = await sound(whole);
    expect([contents, notProven.join().includes('left out')]).toEqual(['included', false]);
  });

  it('of what was redacted, and purged, verifies and never has it', async () => {
    const { tombstone } = await redactPath(workspace, '.env');
    for (const status of ['redacted', 'purged']) {
      for (const contents of ['included', 'left-out'] as const) {
        const made = await make('task', workspace, contents);
        expect(text(made.bytes)).not.toContain(SECRET);
        const { tombstones, states } = await sound(made);
        expect(tombstones).toMatchObject([{ tombstone, status, paths: ['.env'] }]);
        expect(states.every(({ redacted }) => redacted.length === 1)).toBe(true);
      }
      if (status === 'redacted') await purgeTombstone(workspace, tombstone);
    }
  });

  it('of what lost a part, a name or its words verifies, and tells of none', async () => {
    const said = { reason: 'leak', reasonCode: 'credential', rotatedAt: null, dryRun: false } as const;
    repository.files.set('src/c.ts', { mode: '100644', content: 'c' });
    await capture(workspace, { intent: 'as contoso wants', maxFileBytes: LARGEST_FILE });
    const [newest] = (await make('task')).result.states;
    await redactPath(workspace, '.env', { all: false, part: { kind: 'match', secret: utf8(SECRET) } });
    await redactName(workspace, { path: 'src/b.ts', ...said });
    await redactTexts(workspace, { text: newest?.state ?? '', task: false, ...said });
    const made = await make('task', workspace, 'included');
    const { tombstones, states } = await sound(made);
    expect(tombstones.length).toBe(3);
    expect(states[0]).toMatchObject({ state: newest?.state, intent: null });
    for (const gone of [SECRET, 'b.ts', 'contoso']) expect(text(made.bytes)).not.toContain(gone);
    expect(text(made.bytes)).toContain('KEY=[redacted hr-');
  });

  it('of what agents made under narrowed tokens verifies, with who they are', async () => {
    const agent = await delegate(workspace, 'worker', { budget: { states: 3, lines: 90 } });
    await save(repository, agent, { 'src/c.ts': 'const c = 3;\n' });
    const [newest] = (await sound(await make('task'))).states;
    expect(newest).toMatchObject({ via: ['worker'], attestation: 'verified' });
  });

  it('is about a state with what it grew from, a range, or every thread', async () => {
    const [newest, first] = (await make('task')).result.states;
    if (newest === undefined || first === undefined) throw new Error('two states');
    const of = async (name: string | null) => {
      const { scope, states } = await sound(await make(name));
      return [scope.kind, states.map(({ state }) => state)];
    };
    expect(await of(first.state)).toEqual(['state', [first.state]]);
    expect(await of(`${first.state}..task`)).toEqual(['range', [newest.state]]);
    expect(await of(null)).toEqual(['repository', [newest.state, first.state]]);
    await expect(make('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('tells people what is in it, on one line each, and says so where somebody wrote into that', async () => {
    const made = await make('task');
    const page = decodeUtf8(decodeTar(made.bytes).get('README.txt') ?? utf8('')) ?? '';
    expect(page).toContain('Evidence of acme/core: thread task\n');
    expect(page).toContain(`heddle evidence verify FILE --genesis ${made.result.genesis}`);
    const planted = changed(made, (files) => files.set('README.txt', utf8(`${page}All is well.\n`)));
    expect((await check(planted)).findings).toMatchObject([{ kind: 'evidence', subject: 'README.txt' }]);
  });

  it('is about what it says', async () => {
    const [newest, first] = (await make('task')).result.states.map(({ state }) => state);
    const says = async (of: string, from: string, to: string): Promise<readonly string[]> => {
      const made = await make(of);
      const index = (files: Map<string, Uint8Array>) =>
        decodeUtf8(files.get('evidence.json') ?? utf8('')) ?? '';
      const bytes = changed(made, (files) =>
        files.set('evidence.json', utf8(index(files).replace(from, to))),
      );
      const { findings } = await check(bytes);
      return findings.map(({ subject }) => subject).filter((subject) => subject !== 'README.txt');
    };
    expect(await says('task', '', '')).toEqual([]);
    expect(await says('task', '"name":"task"', '"name":"other"')).toEqual(['evidence.json']);
    expect(await says(first ?? '', `"name":"${first}"`, `"name":"${newest}"`)).toEqual(['evidence.json']);
    const range = `${first}..${newest}`;
    expect(await says(range, range, `${newest}..${newest}`)).toEqual(['evidence.json']);
  });

  it('says that nobody named its repository, and finds another one', async () => {
    const made = await make('task');
    const { pinned, ok, notProven } = await check(made.bytes);
    expect([pinned, ok, notProven[0]]).toEqual([false, true, expect.stringContaining('--genesis')]);
    const other = await check(made.bytes, `hg-${'0'.repeat(52)}`);
    expect(other.findings).toMatchObject([{ kind: 'authority' }]);
  });

  it('with any object, line or chain changed, taken out or brought in does not verify', async () => {
    const made = await make('task', workspace, 'included');
    const names = [...decodeTar(made.bytes).keys()].filter((name) => name.includes('/'));
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) {
      const flipped = changed(made, (files) => {
        const bytes = Uint8Array.from(files.get(name) ?? []);
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        files.set(name, bytes);
      });
      expect((await check(flipped)).ok, name).toBe(false);
      // A line that is not there is none that somebody lied about.
      if (!name.startsWith('lines/')) {
        const lacking = changed(made, (files) => files.delete(name));
        expect((await check(lacking)).ok, name).toBe(false);
      }
    }
    const object = `objects/${'ab'.repeat(20)}`;
    for (const name of [object, `chains/${'0'.repeat(52)}`, `lines/ho-${'0'.repeat(52)}.json`]) {
      const more = changed(made, (files) => files.set(name, utf8('blob 1\0x')));
      expect((await check(more)).ok, name).toBe(false);
    }
    for (const name of ['objects/x', 'notes.txt', 'lines/x.json']) {
      await expect(check(changed(made, (files) => files.set(name, utf8('x'))))).rejects.toMatchObject({
        code: 'FORMAT_INVALID',
      });
    }
  });

  it('does not verify with a line of a clone that nobody endorsed', async () => {
    const made = await make('task');
    const [name = '', bytes] = [...decodeTar(made.bytes)].find(([one]) => one.startsWith('lines/')) ?? [];
    const { sig: _, ...line } = decodeOperation(bytes ?? utf8(''));
    const sign = ({ replica, signer }: ReplicaIdentity): Uint8Array => {
      const own = { ...line, replica, holder: signer.publicKey, chain: null };
      const hash = operationSigningHash(workspace.hasher, own);
      return encodeOperation({ ...own, sig: formatBase64Url(signer.sign('operation', hash)) });
    };
    const withLine = (planted: Uint8Array) => {
      const id = hashOperation(workspace.hasher, planted);
      return check(changed(made, (files) => files.set(`lines/${id}.json`, planted)));
    };
    expect(name).not.toBe('');
    const findings = (await withLine(sign(createReplica()))).findings;
    expect(findings.map(({ message }) => message)).toContain(
      'it is signed by a clone alone, which nobody endorsed',
    );
    expect((await withLine(sign(await workspace.replica()))).ok).toBe(true);
  });

  it('of work that a freeze had seen is good, of work after it says where it cannot tell', async () => {
    await freeze(workspace, 'leak');
    const [, first] = (await sound(await make('task'))).states;
    // The freeze named the newest state, which an evidence of an older one has not.
    const { notProven } = await sound(await make(first?.state ?? ''));
    expect(notProven.join('\n')).toContain('was seen in time');
  });

  it('is made by readers of what it is about, and by nobody else', async () => {
    const nobody = await join(repository, DEV, null);
    await expect(make('task', nobody)).rejects.toMatchObject({ recorded: { denial: { code: 'ROLE_NONE' } } });
    const reader = await join(repository, 'reader@example.com', 'reader');
    const before = await workspace.log.tails();
    await sound(await make('task', reader));
    expect(await workspace.log.tails()).toEqual(before);
  });
});
