import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Hasher } from '#domain/hash.ts';
import { parseDigest, type Digest, type OperationId } from '#domain/id.ts';
import type { LoggedOperation, OperationLine, OperationTexts } from '#domain/operation/operation.ts';
import type { LogFinding, LogHead, LogMark, OperationLog, StoredOperation } from '#ports/log.ts';
import { writeMarker } from './applied-marker.ts';
import { chainPath, keepChainFile, readChainFile } from './chain-store.ts';
import { DurableFiles, guardIo, unlessMissing } from '#storage/durable-file.ts';
import { checkReplica } from './log-check.ts';
import { repairTail } from './log-repair.ts';
import { readTail, type ReplicaPlace } from './log-tail.ts';
import { appendOperation, operationsBackward } from './replica-log.ts';
import { replaceSidecars } from './replace-sidecars.ts';
import { storedForward } from './stored-forward.ts';

const SECOND_LOOK_MS = 25;

/** Opens the operation logs of a clone in `<common dir>/heddle/oplog`. Touches nothing until it is used. */
export function openOperationLog(commonDir: string, hasher: Hasher): OperationLog {
  return new DiskOperationLog(join(commonDir, 'heddle'), hasher);
}

class DiskOperationLog implements OperationLog {
  readonly #root: string;
  readonly #hasher: Hasher;
  readonly #files: DurableFiles;

  constructor(root: string, hasher: Hasher) {
    this.#root = root;
    this.#hasher = hasher;
    this.#files = new DurableFiles(join(root, 'tmp'));
  }

  async head(replica: Digest): Promise<LogHead> {
    const tails = this.#places().map((place) => ({ place, last: readTail(place, this.#hasher).last }));
    const own = tails.find(({ place }) => place.replica === replica)?.last;
    const lamports = tails.map(({ last }) => last?.line.lamport ?? -1);
    return {
      seq: (own?.line.seq ?? -1) + 1,
      prev: own?.id ?? null,
      lamport: Math.max(-1, ...lamports) + 1,
    };
  }

  async append(line: OperationLine, texts: OperationTexts): Promise<OperationId> {
    return appendOperation(this.#place(line.replica), this.#hasher, { line, texts });
  }

  async tails(): Promise<readonly LogMark[]> {
    return this.#places().flatMap((place) => {
      const { last } = readTail(place, this.#hasher);
      return last === undefined ? [] : [{ replica: place.replica, seq: last.line.seq, id: last.id }];
    });
  }

  async *newest(): AsyncGenerator<LoggedOperation> {
    const sources = this.#places().map((place) => operationsBackward(place, this.#hasher));
    const heads = sources.map((source) => source.next());
    for (;;) {
      const index = indexOfNewest(heads);
      const source = sources[index];
      const head = heads[index];
      if (source === undefined || head === undefined || head.done === true) return;
      yield head.value;
      heads[index] = source.next();
    }
  }

  async *storedFrom(replica: Digest, seq: number): AsyncGenerator<StoredOperation> {
    yield* storedForward(this.#place(replica), this.#hasher, seq);
  }

  async check(): Promise<{
    readonly operations: readonly LoggedOperation[];
    readonly findings: readonly LogFinding[];
  }> {
    let checked = this.#places().map((place) => checkReplica(place, this.#hasher));
    if (checked.some(({ findings }) => findings.length > 0)) {
      // Half a line may be an append under way: damage is what is still there at the second look.
      await setTimeout(SECOND_LOOK_MS);
      checked = this.#places().map((place) => checkReplica(place, this.#hasher));
    }
    return {
      operations: checked.flatMap(({ operations }) => operations),
      findings: checked.flatMap(({ findings }) => findings),
    };
  }

  async unapplied(): Promise<readonly LoggedOperation[]> {
    return this.#places().flatMap((place) => {
      const { last, marker } = readTail(place, this.#hasher);
      if (last === undefined || last.id === marker?.id) return [];
      const newest = operationsBackward(place, this.#hasher).next();
      return newest.done === true ? [] : [newest.value];
    });
  }

  async markApplied(operation: LoggedOperation): Promise<void> {
    const { directory } = this.#place(operation.line.replica);
    writeMarker(this.#files, directory, { seq: operation.line.seq, id: operation.id });
  }

  async repairTails(): Promise<readonly LogFinding[]> {
    this.#files.removeLeftovers();
    return this.#places().flatMap((place) => repairTail(place, this.#hasher));
  }

  async replaceTexts(sidecars: ReadonlyMap<OperationId, Uint8Array>): Promise<void> {
    const [hasher, files] = [this.#hasher, this.#files];
    for (const place of this.#places()) replaceSidecars({ place, hasher, files }, sidecars);
  }

  async keepChain(digest: Digest, sealed: Uint8Array): Promise<void> {
    keepChainFile(this.#files, chainPath(this.#root, digest), sealed);
  }

  async readChain(digest: Digest): Promise<Uint8Array | undefined> {
    return readChainFile(chainPath(this.#root, digest));
  }

  #place(replica: Digest): ReplicaPlace {
    return { replica, directory: join(this.#root, 'oplog', replica) };
  }

  #places(): readonly ReplicaPlace[] {
    const oplog = join(this.#root, 'oplog');
    const entries =
      guardIo(oplog, () => unlessMissing(() => readdirSync(oplog, { withFileTypes: true }))) ?? [];
    const replicas = entries.filter((entry) => entry.isDirectory() && isReplica(entry.name));
    return replicas
      .map(({ name }) => this.#place(parseDigest(name)))
      .toSorted((a, b) => (a.replica < b.replica ? -1 : 1));
  }
}

/** Highest lamport first; among equals the first replica in order. */
function indexOfNewest(heads: readonly IteratorResult<LoggedOperation, void>[]): number {
  let newest = -1;
  let lamport = -1;
  for (const [index, head] of heads.entries()) {
    if (head.done === true || head.value.line.lamport <= lamport) continue;
    newest = index;
    lamport = head.value.line.lamport;
  }
  return newest;
}

function isReplica(name: string): boolean {
  try {
    parseDigest(name);
    return true;
  } catch {
    return false;
  }
}
