// What holds on one transport has to hold on the other.
import { describe } from 'vitest';
import type { Listener } from '../../src/server/http.js';
import { hasUwsBinary } from './uws-binary.js';

/** Defines the tests once per transport; those of uWebSockets.js are skipped where it has no binary. */
export function describeOnEachTransport(
  title: string,
  define: (transport: Listener['transport']) => void,
): void {
  describe(`${title}, node:http`, () => define('node:http'));
  describe.skipIf(!hasUwsBinary)(`${title}, uWebSockets.js`, () => define('uWebSockets.js'));
}
