import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import type { AuthorityId, StateId } from '#domain/id.ts';
import {
  encodeOperation,
  encodeOperationTexts,
  operationId,
  operationSigningHash,
} from '#domain/operation/operation-codec.ts';
import type { OperationLine, OperationTexts } from '#domain/operation/operation.ts';
import { formatSignature } from '#domain/state/state-codec.ts';
import { textsDigest } from '#domain/state/texts.ts';
import type { Signer } from '#ports/keys.ts';
import { replicaId } from './authority-examples.ts';
import { at, hasher, KEYS, OWNER, REPOSITORY, salt } from './fixed-world.ts';
import { hashOf, hashRow, signatureRow, table, textBytes, type Example } from './example-text.ts';
import type { SealedChain } from './token-example.ts';

const NOBODY = { agent: null, provider: null, model: null, session: null, confidence: null };
const ALLOWED = { verdict: 'allow', stage: null, code: null } as const;

interface ExampleWorld {
  readonly repo: AuthorityId;
  readonly policy: AuthorityId;
  readonly state: StateId;
  readonly chain: SealedChain;
}

/** The lines of the example: `init`, and a capture. */
export function exampleLines(options: ExampleWorld): readonly [OperationLine, OperationLine] {
  const first = sign(firstLine(options.repo), KEYS.replica.signer);
  return [first, sign(captureLine(options, first), KEYS.agent.signer)];
}

function captureLine(options: ExampleWorld, first: OperationLine): Omit<OperationLine, 'sig'> {
  const texts = encodeOperationTexts(captureTexts(options.state));
  return {
    ...firstLine(options.repo),
    seq: 1,
    prev: operationId(hasher, first),
    lamport: 2,
    at: at('09:10:00'),
    actor: { ...NOBODY, principal: OWNER, agent: 'review-worker' },
    holder: KEYS.agent.publicKey,
    chain: options.chain.digest,
    op: 'capture',
    states: [options.state],
    policy: options.policy,
    texts: textsDigest(hasher, texts),
  };
}

/** A line for a capture, after the line of `init`. */
export function operationExample(options: ExampleWorld): Example {
  const [, line] = exampleLines(options);
  const texts = encodeOperationTexts(captureTexts(options.state));
  const { sig, ...rest } = line;
  const signed = encodeCanonical({
    type: 'operation',
    v: 1,
    ...rest,
    actor: { ...rest.actor },
    verdict: { ...rest.verdict },
  });
  const bytes = encodeOperation(line);
  return [
    ...textBytes('The sidecar, a line of `0.texts.jsonl`', texts),
    ...table([hashRow('texts', hashOf('texts', texts)), ['digest', line.texts]]),
    ...textBytes('What is signed: the line without `sig`', signed),
    ...table([hashRow('operation', hashOf('operation', signed)), signatureRow('operation', sig)]),
    ...textBytes('The line of `0.jsonl`', bytes),
    ...table([hashRow('operation', hashOf('operation', bytes)), ['id', operationId(hasher, line)]]),
  ];
}

function sign(line: Omit<OperationLine, 'sig'>, signer: Signer): OperationLine {
  const sig = signer.sign('operation', operationSigningHash(hasher, line));
  return { ...line, sig: formatSignature(sig) };
}

function firstLine(repo: AuthorityId): Omit<OperationLine, 'sig'> {
  return {
    repo,
    replica: replicaId(),
    seq: 0,
    prev: null,
    lamport: 1,
    at: at('09:00:00'),
    actor: { ...NOBODY, principal: OWNER },
    holder: KEYS.replica.publicKey,
    chain: null,
    op: 'init',
    verdict: ALLOWED,
    states: [],
    policy: repo,
    texts: textsDigest(
      hasher,
      encodeOperationTexts({ ...captureTexts(null), refs: [], effects: [], inverse: null }),
    ),
  };
}

function captureTexts(state: StateId | null): OperationTexts {
  const name = 'refs/heddle/threads/task/login';
  const carrier = '2'.repeat(40);
  const gitDir = '/home/dev/core/.git';
  return {
    salt: salt(6),
    resource: `${REPOSITORY}@task/login:src/login.ts`,
    paths: ['src/login.ts'],
    args: { operationId: null, verb: { intent: 'Check the password' } },
    refs: [{ name, old: null, new: carrier }],
    effects: [{ kind: 'worktree', gitDir, thread: 'task/login', state }],
    inverse: {
      refs: [{ name, old: carrier, new: null }],
      effects: [{ kind: 'worktree', gitDir, thread: 'task/login', state: null }],
    },
    result: { state, created: true },
  };
}
