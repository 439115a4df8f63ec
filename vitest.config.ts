import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { ALIAS } from './rolldown.config.mjs';

export default defineConfig({
  resolve: { alias: ALIAS },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/cli/prepared-stage.ts'],
    pool: 'forks',
    // Most tests wait for a process of their own: one core less, as is usual, would stand idle.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
});
