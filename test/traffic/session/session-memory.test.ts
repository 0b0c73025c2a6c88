import { expect, it } from 'vitest';
import { sessionMemory } from '../../../bench/session-memory.js';

it('a session takes at most 1 KiB, its key and its part of the groups included', async () => {
  const { nSessions, heldBytes, residentBytes } = await sessionMemory(100_000);
  expect(heldBytes / nSessions).toBeLessThan(1_024);
  expect(residentBytes / nSessions).toBeLessThan(1_024);
  // Less would mean that the sessions were not what they are thought to be.
  expect(heldBytes / nSessions).toBeGreaterThan(500);
});
