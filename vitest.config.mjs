// Tests run the compiled output: the same files that users run, worker threads included.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['dist/test/**/*.test.js'],
    expect: { requireAssertions: true },
    // By itself Vitest leaves one processor idle.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
