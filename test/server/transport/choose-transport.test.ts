import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { chooseTransport } from '../../../src/server/transport/choose-transport.js';
import { hasUwsBinary } from '../../support/uws-binary.js';
import { ProbeApplication } from './probe-application.js';

const OPTIONS = { host: '127.0.0.1', port: 0, idleTimeoutMs: 1000 };

describe('chooseTransport', () => {
  for (const preferred of ['uWebSockets.js', 'node:http'] as const) {
    const isThere = preferred === 'node:http' || hasUwsBinary;
    it.skipIf(!isThere)(`gives ${preferred} to who asks for it`, async () => {
      const listener = await chooseTransport(preferred)(new ProbeApplication(), OPTIONS);
      await listener.close();
      expect(listener.transport).toBe(preferred);
    });
  }

  it('falls back to node:http with one line of warning where no binary loads', () => {
    const { stdout, stderr } = listenWithoutBinary('auto');
    expect(stdout).toBe('node:http');
    expect(stderr.trim().split('\n')).toEqual([
      `uWebSockets.js has no binary for Node ${process.version} on ${process.platform} ${process.arch}: ` +
        'serving with node:http, at about half the single requests per second',
    ]);
  });

  it('does not fall back where uWebSockets.js was asked for', () => {
    const { stdout, stderr } = listenWithoutBinary('uWebSockets.js');
    expect(stdout).toBe('');
    expect(stderr).toContain(`uWebSockets.js has no binary for Node ${process.version}`);
  });
});

/** In a Node whose ABI version no binary was built for. */
function listenWithoutBinary(preferred: string) {
  const { href } = new URL('../../../src/server/transport/choose-transport.js', import.meta.url);
  const script = `
    Object.defineProperty(process.versions, 'modules', { value: '1' });
    const { chooseTransport } = await import('${href}');
    const application = { admit: () => {} };
    const listener = await chooseTransport('${preferred}')(application, ${JSON.stringify(OPTIONS)});
    process.stdout.write(listener.transport);
    await listener.close();`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
}
