import type { IndexCoverage, IndexEntry, IndexReport, IndexTable, LocalIndex } from '#ports/local-index.ts';

/** A local index without a disk, and what a test may do to it. */
export interface MemoryIndex extends LocalIndex {
  /** Another process has it. */
  locked: boolean;
  /** How often it was opened for a piece of work. */
  uses: number;
  readonly tables: Readonly<Record<IndexTable, Map<string, string>>>;
}

const NOTHING: IndexCoverage = { states: null, operations: null };

/** A local index in this process alone. Nothing can be damaged here; a test may change what it holds. */
export function createMemoryIndex(): MemoryIndex {
  const tables = { states: new Map<string, string>(), operations: new Map<string, string>() };
  let coverage = NOTHING;
  const clear = async (): Promise<void> => {
    coverage = NOTHING;
    tables.states.clear();
    tables.operations.clear();
  };
  const report = (): IndexReport => {
    if (coverage === NOTHING) return { kind: 'missing' };
    return { kind: 'ready', coverage, entries: tables.states.size + tables.operations.size };
  };
  const index: MemoryIndex = {
    locked: false,
    uses: 0,
    tables,
    async use(work) {
      if (index.locked) return undefined;
      index.uses += 1;
      return work({
        coverage,
        find: async (table, beginning) =>
          [...tables[table]]
            .filter(([key]) => key.startsWith(beginning))
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, value]): IndexEntry => ({ key, value })),
        async extend(table, entries, reaches) {
          for (const { key, value } of entries) tables[table].set(key, value);
          coverage = { ...coverage, [table]: reaches };
        },
        clear,
      });
    },
    inspect: async () => (index.locked ? { kind: 'locked' } : report()),
    destroy: clear,
  };
  return index;
}
