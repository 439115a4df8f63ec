import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { ALIAS } from './rolldown.config.mjs';
import { LongestFirst } from './test/support/run/longest-first.ts';

/** They bring the engine of tokens, which a process has one of, into states that nobody else should find it in. */
const APART = ['contract/tokens', 'property/tokens', 'conformance'].map(
  (name) => `test/${name}/**/*.test.ts`,
);

export default defineConfig({
  resolve: { alias: ALIAS },
  test: {
    pool: 'forks',
    // Most tests wait for a process of their own: one core less, as is usual, would stand idle.
    maxWorkers: Math.max(2, availableParallelism()),
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default'],
    // Files replace no module: what one has loaded, and the processes that it keeps, serve the next one.
    isolate: false,
    globalSetup: ['test/support/run/place.ts'],
    projects: [
      { extends: true, test: { name: 'apart', include: APART, isolate: true } },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...APART],
        },
      },
    ],
  },
});
