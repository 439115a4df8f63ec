import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { operationId } from '#domain/operation/operation-codec.ts';
import type { OperationLine } from '#domain/operation/operation.ts';
import {
  checkpointId,
  checkpointSigningHash,
  encodeCheckpoint,
  type Checkpoint,
} from '#domain/published/checkpoint.ts';
import { merkleRoot } from '#domain/published/merkle.ts';
import { formatSignature } from '#domain/state/state-codec.ts';
import { encodeSegmentCommit } from '#usecases/segments/segment-commit.ts';
import { replicaId } from './authority-examples.ts';
import { at, hasher, KEYS } from './fixed-world.ts';
import { fenced, hashOf, hashRow, signatureRow, table, textBytes, type Example } from './example-text.ts';

/** The checkpoint of a segment that holds these lines. */
export function checkpointExample(lines: readonly OperationLine[]): Example {
  const ids = lines.map((line) => operationId(hasher, line));
  const [first] = lines;
  const last = ids.at(-1);
  if (first === undefined || last === undefined) throw new Error('invariant: there are lines');
  const unsigned: Omit<Checkpoint, 'sig'> = {
    repo: first.repo,
    replica: replicaId(),
    key: KEYS.replica.publicKey,
    number: 0,
    prev: null,
    first: 0,
    size: lines.length,
    root: merkleRoot(hasher, ids),
    last,
    at: at('09:20:00'),
  };
  const signature = KEYS.replica.signer.sign('checkpoint', checkpointSigningHash(hasher, unsigned));
  const checkpoint = { ...unsigned, sig: formatSignature(signature) };
  const signed = encodeCanonical({ type: 'checkpoint', v: 1, ...unsigned });
  const bytes = encodeCheckpoint(checkpoint);
  const commit = encodeSegmentCommit({ tree: '3'.repeat(40), parents: [], checkpoint });
  return [
    ...table([...ids.map((id, index) => [`line ${index}`, id] as const), ['root', unsigned.root]]),
    ...textBytes('What is signed: the checkpoint without `sig`', signed),
    ...table([
      hashRow('checkpoint', hashOf('checkpoint', signed)),
      signatureRow('checkpoint', checkpoint.sig),
    ]),
    ...textBytes('`checkpoint.json` as stored', bytes),
    ...table([hashRow('checkpoint', hashOf('checkpoint', bytes)), ['id', checkpointId(hasher, bytes)]]),
    'The content of its commit, where its tree were `333…`:',
    ...fenced('text', new TextDecoder().decode(commit).trimEnd().split('\n')),
  ];
}
