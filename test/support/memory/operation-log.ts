import { HeddleError, invariant } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import type { Digest, OperationId } from '#domain/id.ts';
import {
  decodeOperation,
  decodeOperationTexts,
  encodeOperation,
  encodeOperationTexts,
  operationId,
} from '#domain/operation/operation-codec.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import { textsDigest } from '#domain/state/texts.ts';
import type { OperationLog } from '#ports/log.ts';

/** The operation log without a disk. Nothing can be torn or damaged here. */
export function createMemoryLog(hasher: Hasher): OperationLog {
  const replicas = new Map<Digest, LoggedOperation[]>();
  const applied = new Map<Digest, number>();
  const chains = new Map<Digest, Uint8Array>();
  const sidecars = new Map<OperationId, Uint8Array>();
  const all = (): LoggedOperation[] => [...replicas.values()].flat();
  return {
    async head(replica) {
      const last = replicas.get(replica)?.at(-1);
      const lamport = Math.max(-1, ...all().map(({ line }) => line.lamport)) + 1;
      return { seq: (last?.line.seq ?? -1) + 1, prev: last?.id ?? null, lamport };
    },
    async append(line, texts) {
      const log = replicas.get(line.replica) ?? [];
      const last = log.at(-1);
      const sidecar = encodeOperationTexts(texts);
      invariant(textsDigest(hasher, sidecar) === line.texts, 'a line names its own sidecar');
      const follows = line.seq === log.length && line.prev === (last?.id ?? null);
      invariant(follows, 'whoever appends has read the head');
      invariant(line.lamport > (last?.line.lamport ?? -1), 'the clock of a log runs forwards');
      const id = operationId(hasher, line);
      const read = { line: decodeOperation(encodeOperation(line)), texts: decodeOperationTexts(sidecar) };
      replicas.set(line.replica, [...log, { id, ...read }]);
      sidecars.set(id, sidecar);
      return id;
    },
    async tails() {
      const lasts = [...replicas.values()].flatMap((log) => log.at(-1) ?? []);
      const marks = lasts.map(({ id, line: { replica, seq } }) => ({ replica, seq, id }));
      return marks.toSorted((a, b) => (a.replica < b.replica ? -1 : 1));
    },
    async *newest() {
      yield* all().toSorted(
        (a, b) => b.line.lamport - a.line.lamport || (a.line.replica < b.line.replica ? -1 : 1),
      );
    },
    async *storedFrom(replica, seq) {
      for (const { id, line } of (replicas.get(replica) ?? []).slice(seq)) {
        yield { id, line, bytes: encodeOperation(line), texts: sidecars.get(id) ?? new Uint8Array() };
      }
    },
    async check() {
      return { operations: all(), findings: [] };
    },
    async unapplied() {
      const lasts = [...replicas.values()].flatMap((log) => log.at(-1) ?? []);
      return lasts.filter(({ line }) => (applied.get(line.replica) ?? -1) < line.seq);
    },
    async markApplied({ line }) {
      applied.set(line.replica, Math.max(applied.get(line.replica) ?? -1, line.seq));
    },
    async repairTails() {
      return [];
    },
    async replaceTexts(replacing) {
      for (const [replica, log] of replicas) {
        const replaced = log.map((operation) => {
          const bytes = replacing.get(operation.id);
          if (bytes !== undefined) sidecars.set(operation.id, bytes);
          return bytes === undefined ? operation : { ...operation, texts: decodeOperationTexts(bytes) };
        });
        replicas.set(replica, replaced);
      }
    },
    async keepChain(digest, sealed) {
      if (sealed.length === 0 || sealed.length > 16_384) {
        throw new HeddleError('FORMAT_INVALID', 'a token chain is empty or too long');
      }
      if (!chains.has(digest)) chains.set(digest, sealed.slice());
    },
    async readChain(digest) {
      return chains.get(digest)?.slice();
    },
  };
}
