import { readdirSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Claim } from '#domain/claim/claim.ts';
import { claimJson, readClaim } from '#domain/claim/claim-record.ts';
import { encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import { parseDigest, parseId, type Digest } from '#domain/id.ts';
import type { JsonReader } from '#domain/encoding/json-reader.ts';
import { readThreadName, readThreadRecord, threadRecordJson } from '#domain/operation/thread-record.ts';
import { pendingLandingJson, readPendingLanding } from '#domain/landing/pending-landing.ts';
import type { ClonePins } from '#ports/home-cache.ts';
import type { LocalRecords, SealedLanding, SealedThread } from '#ports/log.ts';
import type { WorktreePosition } from '#ports/repository.ts';
import {
  assertRealDirectories,
  DurableFiles,
  guardIo,
  removeDurably,
  unlessMissing,
} from './durable-file.ts';
import { misplaced, readRecord, readVersions, SUFFIX, threadFile } from './record-file.ts';

/*
 * All canonical JSON, named as `record-file.ts` says:
 *
 *   <common dir>/heddle/clone.json           {"cloneId","genesis","type":"clone","v":1}
 *   <git dir>/heddle/worktree.json           {"state","thread","type":"worktree","v":1}
 *   <git dir>/heddle/landing.json            {"pending":{…},"seal","type":"landing","v":1}
 *   <common dir>/heddle/undertaking.json     {"mark","type":"undertaking","v":1}
 *   <common dir>/heddle/threads/<name>.json  {"base","by","from","seal","startedAt","task","thread","type":"thread","v":2}
 *   <common dir>/heddle/claims/<name>.json   {…,"type":"claim","v":1}, with the fields of a claim
 */

/** Opens a clone's local records. Every write replaces a whole file and is durable on return. */
export function openLocalRecords(commonDir: string, pins: ClonePins): LocalRecords {
  return new DiskLocalRecords(commonDir, pins);
}

interface Clone {
  readonly cloneId: string;
  readonly genesis: string;
}

/** Whoever can write the repository could make another clone of it, and what this home keeps of it would lapse. */
function assertPinned(clone: Clone, pin: Clone | undefined): void {
  if (pin === undefined || (pin.cloneId === clone.cloneId && pin.genesis === clone.genesis)) return;
  throw new HeddleError(
    'CLONE_CHANGED',
    'the repository says it is another clone than this home knows here',
    {
      facts: { found: clone.cloneId, genesis: clone.genesis, known: pin.cloneId, pinned: pin.genesis },
      preserved: 'nothing was changed',
    },
  );
}

class DiskLocalRecords implements LocalRecords {
  readonly #commonDir: string;
  readonly #root: string;
  readonly #files: DurableFiles;

  readonly #pins: ClonePins;
  readonly #assumed: Clone | undefined;

  constructor(commonDir: string, pins: ClonePins, assumed?: Clone) {
    this.#assumed = assumed;
    this.#pins = pins;
    this.#commonDir = commonDir;
    this.#root = join(commonDir, 'heddle');
    this.#files = new DurableFiles(join(this.#root, 'tmp'));
  }

  assuming(clone: Clone): LocalRecords {
    return new DiskLocalRecords(this.#commonDir, this.#pins, clone);
  }

  async readClone(): Promise<Clone | undefined> {
    if (this.#assumed !== undefined) return this.#assumed;
    const clone = readRecord(join(this.#root, 'clone.json'), 'clone', (reader) => ({
      cloneId: reader.string('cloneId', 200),
      genesis: parseId('hg', reader.string('genesis')),
    }));
    if (clone !== undefined) assertPinned(clone, await this.#pins.read());
    return clone;
  }

  async writeClone(clone: Clone): Promise<void> {
    const genesis = parseId('hg', clone.genesis);
    const known = await this.#pins.read();
    // First: killed in between, the home knows of a clone that has not begun, and it begins again.
    if (known?.cloneId !== clone.cloneId || known.genesis !== genesis)
      await this.#pins.write({ cloneId: clone.cloneId, genesis, authority: null, line: null });
    this.#write(join(this.#root, 'clone.json'), 'clone', { cloneId: clone.cloneId, genesis });
  }

  async readPosition(gitDir: string): Promise<WorktreePosition | undefined> {
    return readRecord(join(gitDir, 'heddle', 'worktree.json'), 'worktree', (reader) => {
      const state = reader.nullableString('state');
      return {
        thread: readThreadName(reader, 'thread'),
        state: state === null ? null : parseId('hs', state),
      };
    });
  }

  async writePosition(gitDir: string, position: WorktreePosition | undefined): Promise<void> {
    // A worktree that is gone took its position with it; repeating the effect must not bring either back.
    if (!this.#isOurs(gitDir)) return;
    assertRealDirectories([join(gitDir, 'heddle')]);
    const path = join(gitDir, 'heddle', 'worktree.json');
    if (position === undefined) removeDurably(path);
    else this.#write(path, 'worktree', { thread: position.thread, state: position.state });
  }

  async readLanding(gitDir: string): Promise<SealedLanding | undefined> {
    return readRecord(join(gitDir, 'heddle', 'landing.json'), 'landing', (reader) => {
      const fields = reader.object('pending');
      const pending = readPendingLanding(fields);
      fields.end();
      return { pending, seal: parseDigest(reader.string('seal')) };
    });
  }

  async writeLanding(gitDir: string, landing: SealedLanding | undefined): Promise<void> {
    if (!this.#isOurs(gitDir)) return;
    assertRealDirectories([join(gitDir, 'heddle')]);
    const path = join(gitDir, 'heddle', 'landing.json');
    if (landing === undefined) removeDurably(path);
    else {
      this.#write(path, 'landing', { pending: pendingLandingJson(landing.pending), seal: landing.seal });
    }
  }

  async readUndertaking(): Promise<Digest | undefined> {
    return readRecord(join(this.#root, 'undertaking.json'), 'undertaking', (reader) =>
      parseDigest(reader.string('mark')),
    );
  }

  async writeUndertaking(mark: Digest): Promise<void> {
    this.#write(join(this.#root, 'undertaking.json'), 'undertaking', { mark });
  }

  async listThreads(): Promise<readonly SealedThread[]> {
    const directory = join(this.#root, 'threads');
    const names = guardIo(directory, () => unlessMissing(() => readdirSync(directory))) ?? [];
    const records = names.filter((name) => name.endsWith(SUFFIX)).map((name) => readThread(directory, name));
    return records
      .flatMap((record) => record ?? [])
      .toSorted(({ record: a }, { record: b }) => (a.thread < b.thread ? -1 : Number(a.thread > b.thread)));
  }

  async listClaims(): Promise<readonly Claim[]> {
    const directory = join(this.#root, 'claims');
    const names = guardIo(directory, () => unlessMissing(() => readdirSync(directory))) ?? [];
    return names
      .filter((name) => name.endsWith(SUFFIX))
      .toSorted()
      .flatMap((name) => {
        try {
          return readClaimFile(directory, name) ?? [];
        } catch (error) {
          if (error instanceof HeddleError) return [];
          throw error;
        }
      });
  }

  async readClaim(thread: string): Promise<Claim | undefined> {
    return readClaimFile(join(this.#root, 'claims'), threadFile(thread));
  }

  async writeClaim(thread: string, claim: Claim | undefined): Promise<void> {
    const path = join(this.#root, 'claims', threadFile(thread));
    assertRealDirectories([join(this.#root, 'claims')]);
    if (claim === undefined) removeDurably(path);
    else if (claim.thread === thread) this.#write(path, 'claim', claimJson(claim));
    else throw misplaced(path);
  }

  async readThread(thread: string): Promise<SealedThread | undefined> {
    return readThread(join(this.#root, 'threads'), threadFile(thread));
  }

  async writeThread(thread: string, sealed: SealedThread | undefined): Promise<void> {
    const path = join(this.#root, 'threads', threadFile(thread));
    if (sealed === undefined) {
      removeDurably(path);
      return;
    }
    const { record, seal } = sealed;
    if (record.thread !== thread) throw misplaced(path);
    this.#write(path, 'thread', { v: 2, ...threadRecordJson(record), seal });
  }

  #write(path: string, type: string, fields: { readonly [key: string]: Json }): void {
    this.#files.replace(path, encodeCanonical({ type, v: 1, ...fields }));
  }

  /** An effect may come from a damaged line: it must not write into a directory that is not this clone's. */
  #isOurs(gitDir: string): boolean {
    return guardIo(gitDir, () => {
      const common = realpathSync(this.#commonDir);
      const real = unlessMissing(() => realpathSync(gitDir));
      if (real === undefined) return false;
      if (real === common || real.startsWith(join(common, 'worktrees') + sep)) return true;
      throw new HeddleError('PATH_INVALID', 'not a worktree of this clone', {
        facts: { path: gitDir },
        preserved: 'nothing was written',
      });
    });
  }
}

function readThread(directory: string, name: string): SealedThread | undefined {
  const path = join(directory, name);
  const sealed = readVersions(path, 'thread', { versions: [1, 2], read: readSealedThread });
  if (sealed !== undefined && threadFile(sealed.record.thread) !== name) throw misplaced(path);
  return sealed;
}

/** Nobody sealed a record of the first version. */
function readSealedThread(reader: JsonReader, version: number): SealedThread {
  const record = readThreadRecord(reader);
  const seal = version === 1 ? null : reader.nullableString('seal');
  return { record, seal: seal === null ? null : parseDigest(seal) };
}

function readClaimFile(directory: string, name: string): Claim | undefined {
  const path = join(directory, name);
  const claim = readRecord(path, 'claim', readClaim);
  if (claim !== undefined && threadFile(claim.thread) !== name) throw misplaced(path);
  return claim;
}
