import type { Claim } from '#domain/claim/claim.ts';
import { HeddleError } from '#domain/error.ts';
import type { LocalRecords, SealedLanding, SealedThread } from '#ports/log.ts';
import type { WorktreePosition } from '#ports/repository.ts';

/** A clone's local records without a disk. */
export function createMemoryLocalRecords(): LocalRecords {
  let undertaking: Awaited<ReturnType<LocalRecords['readUndertaking']>>;
  let clone: Awaited<ReturnType<LocalRecords['readClone']>>;
  const positions = new Map<string, WorktreePosition>();
  const landings = new Map<string, SealedLanding>();
  const threads = new Map<string, SealedThread>();
  const claims = new Map<string, Claim>();
  const records: LocalRecords = {
    assuming: (assumed) => ({ ...records, readClone: async () => assumed }),
    readClone: async () => clone,
    async writeClone(written) {
      clone = { cloneId: written.cloneId, genesis: written.genesis };
    },
    readPosition: async (gitDir) => positions.get(gitDir),
    async writePosition(gitDir, position) {
      if (position === undefined) positions.delete(gitDir);
      else positions.set(gitDir, { ...position });
    },
    readLanding: async (gitDir) => landings.get(gitDir),
    async writeLanding(gitDir, landing) {
      if (landing === undefined) landings.delete(gitDir);
      else landings.set(gitDir, landing);
    },
    readUndertaking: async () => undertaking,
    async writeUndertaking(mark) {
      undertaking = mark;
    },
    listThreads: async () =>
      [...threads.values()].toSorted(({ record: a }, { record: b }) =>
        a.thread < b.thread ? -1 : Number(a.thread > b.thread),
      ),
    listClaims: async () =>
      [...claims.values()].toSorted((a, b) => (a.thread < b.thread ? -1 : Number(a.thread > b.thread))),
    readClaim: async (thread) => claims.get(thread),
    async writeClaim(thread, claim) {
      if (claim === undefined) claims.delete(thread);
      else if (claim.thread === thread) claims.set(thread, claim);
      else throw new HeddleError('FORMAT_INVALID', 'a claim is not of the thread it is written for');
    },
    readThread: async (thread) => threads.get(thread),
    async writeThread(thread, sealed) {
      if (sealed === undefined) threads.delete(thread);
      else if (sealed.record.thread === thread) threads.set(thread, { ...sealed });
      else throw new HeddleError('FORMAT_INVALID', 'a thread record is not of the thread it is written for');
    },
  };
  return records;
}
