import { utf8 } from '#domain/encoding/bytes.ts';
import { formatBase64Url } from '#domain/encoding/base64url.ts';
import { formatDigest, formatId, type Digest } from '#domain/id.ts';
import { encodeOperationTexts } from '#domain/operation/operation-codec.ts';
import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import type { OperationLine, OperationTexts } from '#domain/operation/operation.ts';
import { textsDigest } from '#domain/state/texts.ts';
import { formatInstant } from '#domain/time.ts';
import type { LogHead, OperationLog } from '#ports/log.ts';
import { SHA256_HASHER } from '../sha256-hasher.ts';

/** A digest that is a function of `name`. */
export function sampleDigest(name: string): Digest {
  return formatDigest(SHA256_HASHER.hash('replica', utf8(name)));
}

const REPO = formatId('hg', SHA256_HASHER.hash('authority', utf8('repo')));
export const SAMPLE_STATE = formatId('hs', SHA256_HASHER.hash('state', utf8('state')));
export const SAMPLE_TOMBSTONE = formatId('hr', SHA256_HASHER.hash('tombstone', utf8('tombstone')));
export const SAMPLE_GENESIS = REPO;

export const SAMPLE_THREAD: ThreadRecord = {
  thread: 'task/Login',
  task: 'make it work',
  base: 'a'.repeat(40),
  from: null,
  by: 'anna@example.org',
  startedAt: formatInstant(1_700_000_000_000),
};

/** A sidecar that uses every kind of field; `filler` makes it as long as a test needs. */
export function sampleTexts(filler = ''): OperationTexts {
  const changes = {
    refs: [{ name: 'refs/heddle/threads/task/Login', old: null, new: 'b'.repeat(40) }],
    effects: [
      { kind: 'worktree', gitDir: '/repo/.git', thread: 'task/Login', state: SAMPLE_STATE },
      { kind: 'thread', thread: 'task/Login', record: SAMPLE_THREAD },
      {
        kind: 'checkout',
        directory: '/elsewhere',
        commit: 'c'.repeat(40),
        tree: null,
        thread: 'task/Login',
        state: null,
      },
    ],
  } as const satisfies Pick<OperationTexts, 'refs' | 'effects'>;
  return {
    salt: formatBase64Url(SHA256_HASHER.hash('texts', utf8(filler)).subarray(0, 16)),
    resource: 'acme/core@task/Login',
    paths: ['src/a.ts', `naïve/${filler}`],
    args: { message: 'x', all: true, number: 3 },
    ...changes,
    inverse: { refs: [], effects: [{ kind: 'thread', thread: 'task/Login', record: null }] },
    result: { state: SAMPLE_STATE, changed: [] },
  };
}

interface SampleOptions {
  readonly texts?: OperationTexts;
  readonly denied?: boolean;
  /** How many states it names: what makes a line long. */
  readonly states?: number;
}

/** A line that continues `head`; its signature is not one. */
export function sampleLine(
  replica: Digest,
  head: LogHead,
  { texts = sampleTexts(), denied = false, states = 1 }: SampleOptions = {},
): OperationLine {
  return {
    repo: REPO,
    replica,
    ...head,
    at: formatInstant(1_700_000_000_000 + head.seq),
    actor: {
      principal: 'anna@example.org',
      agent: 'coder',
      provider: 'acme',
      model: 'm-1',
      session: null,
      confidence: '0.80',
    },
    holder: '0f'.repeat(32),
    chain: sampleDigest('chain'),
    op: 'capture',
    verdict: denied
      ? { verdict: 'deny', stage: 'role', code: 'ROLE_NONE' }
      : { verdict: 'allow', stage: null, code: null },
    states: Array.from({ length: states }, () => SAMPLE_STATE),
    policy: REPO,
    texts: textsDigest(SHA256_HASHER, encodeOperationTexts(texts)),
    sig: formatBase64Url(new Uint8Array(64).fill(head.seq % 256)),
  };
}

/** Appends one operation to a replica's log, with a sidecar like no other. */
export async function appendSample(
  log: OperationLog,
  replica: Digest,
  { filler = '', states = 1 }: { readonly filler?: string; readonly states?: number } = {},
): Promise<void> {
  const head = await log.head(replica);
  const texts = sampleTexts(`${filler}${head.lamport}`);
  await log.append(sampleLine(replica, head, { texts, states }), texts);
}
