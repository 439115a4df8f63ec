import { defineConfig } from 'vitest/config';
import { ALIAS } from './rolldown.config.mjs';

export default defineConfig({
  resolve: { alias: ALIAS },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
});
