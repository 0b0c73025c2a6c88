// Run by hand and by CI under another Node version: serves the shipped detectors on whatever transport loads
// there, scores a behaviour over HTTP and on the worker pool, and exits with 1 if anything is not as it should be.
import assert from 'node:assert/strict';
import { readConfig } from '../src/config.js';
import { exampleRow } from '../src/model/schema.js';
import { startServer } from '../src/server/server.js';

const NEWEST_WITH_BINARY = 22;

const server = await startServer(readConfig({ port: '0' }, {}));
const major = Number(process.versions.node.split('.', 1)[0]);
assert.equal(server.transport, major <= NEWEST_WITH_BINARY ? 'uWebSockets.js' : 'node:http');

for (const [name, { schema }] of server.catalog) {
  const rows = new Array(5_000).fill(exampleRow(schema));
  const response = await fetch(`${server.url}/v1/score?model=${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ rows }),
  });
  const { count, predictions } = (await response.json()) as {
    count: number;
    predictions: string[];
  };
  assert.equal(count, rows.length);
  assert.ok(predictions.every((prediction) => prediction === 'normal'));
}
await server.close();
console.log(`Node ${process.versions.node}: served by ${server.transport}`);
