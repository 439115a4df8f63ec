import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { ALIAS } from './rolldown.config.mjs';

const UNIT = 'test/unit/**/*.test.ts';

export default defineConfig({
  resolve: { alias: ALIAS },
  test: {
    pool: 'forks',
    // Most tests wait for a process of their own: one core less, as is usual, would stand idle.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default'],
    projects: [
      {
        extends: true,
        // They replace no module: what one file has loaded serves the next, which saves a third of their time.
        test: { name: 'unit', include: [UNIT], isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, UNIT],
          globalSetup: ['test/support/cli/prepared-stage.ts'],
        },
      },
    ],
  },
});
