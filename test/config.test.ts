import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { optionName, readConfig, SETTINGS, type SettingName, shownDefault } from '../src/config.js';
import { SHIPPED_MODELS_FOLDER } from '../src/package-paths.js';
import { thrownBy } from './support/thrown-by.js';

const NAMES = Object.keys(SETTINGS) as SettingName[];
const HASH = '0123456789abcdef'.repeat(4);

/** A value that is not the default, as it is typed and as it is read. */
const OTHER: { [Name in SettingName]: [string, unknown] } = {
  host: ['0.0.0.0', '0.0.0.0'],
  port: ['8080', 8080],
  models: ['/srv/models', '/srv/models'],
  tokens: [`${HASH}, ${HASH.toUpperCase()}`, [HASH, HASH]],
  adminTokens: [HASH, [HASH]],
  workers: ['0', 0],
  maxBodyBytes: ['1024', 1024],
  maxUploadBytes: ['2048', 2048],
  maxRows: ['10', 10],
  maxQueuedRows: ['20', 20],
  idleTimeoutMs: ['1500', 1500],
  kernels: ['plain', 'plain'],
  transport: ['node:http', 'node:http'],
};

const BAD: [SettingName, string, string][] = [
  ['port', '65536', 'expected a whole number from 0 to 65535, got "65536"'],
  ['port', '-1', 'expected a whole number from 0 to 65535, got "-1"'],
  ['port', '80.5', 'expected a whole number from 0 to 65535, got "80.5"'],
  ['port', '', 'expected a whole number from 0 to 65535, got ""'],
  ['port', ' 80', 'expected a whole number from 0 to 65535, got " 80"'],
  ['port', 'http', 'expected a whole number from 0 to 65535, got "http"'],
  ['workers', '1025', 'expected a whole number from 0 to 1024, got "1025"'],
  ['maxBodyBytes', '0', 'expected a whole number of at least 1, got "0"'],
  ['maxBodyBytes', '32MB', 'expected a whole number of at least 1, got "32MB"'],
  ['maxRows', '1e6', 'expected a whole number of at least 1, got "1e6"'],
  ['maxQueuedRows', '0', 'expected a whole number of at least 1, got "0"'],
  [
    'maxQueuedRows',
    '9'.repeat(20),
    `expected a whole number of at least 1, got "${'9'.repeat(20)}"`,
  ],
  ['idleTimeoutMs', '0', 'expected a whole number from 1 to 2147483647, got "0"'],
  ['idleTimeoutMs', '2147483648', 'expected a whole number from 1 to 2147483647, got "2147483648"'],
  ['transport', 'http', 'expected one of auto, uWebSockets.js, node:http, got "http"'],
];

const fromEnvironment = (name: SettingName, text: string) =>
  readConfig({}, { [SETTINGS[name].variable]: text });

describe('the configuration', () => {
  it('has defaults that serve on this machine only', () => {
    expect(readConfig({}, {})).toEqual({
      host: '127.0.0.1',
      port: 5000,
      models: SHIPPED_MODELS_FOLDER,
      tokens: [],
      adminTokens: [],
      workers: availableParallelism(),
      maxBodyBytes: 32 * 1024 * 1024,
      maxUploadBytes: 128 * 1024 * 1024,
      maxRows: 500_000,
      maxQueuedRows: 1_000_000,
      kernels: 'auto',
      idleTimeoutMs: 10_000,
      transport: 'auto',
    });
  });

  it.each(NAMES)('takes %s from the environment, and from an option before that', (name) => {
    const [text, value] = OTHER[name];
    const { variable } = SETTINGS[name];
    const defaults = readConfig({}, {});
    expect(fromEnvironment(name, text)).toEqual({ ...defaults, [name]: value });
    expect(readConfig({ [name]: text }, {})).toEqual({ ...defaults, [name]: value });
    expect(readConfig({ [name]: text }, { [variable]: 'never read' })[name]).toEqual(value);
  });

  it('reads the environment of the process, and leaves other variables alone', () => {
    const { variable } = SETTINGS.maxRows;
    process.env[variable] = '77';
    try {
      expect(readConfig().maxRows).toBe(77);
    } finally {
      delete process.env[variable];
    }
    expect(readConfig({}, { PORT: '1', ANOMALY_PREDICTOR_PORTS: '2' }).port).toBe(5000);
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(readConfig({}, {}))).toBe(true);
  });

  it.each(BAD)('refuses %s %j wherever it stands, by its name there', (name, text, message) => {
    const { variable } = SETTINGS[name];
    expect(thrownBy(() => fromEnvironment(name, text))).toMatchObject({
      tag: 'bad-option',
      message: `${variable}: ${message}`,
      fields: { field: variable, value: text },
    });
    const option = optionName(name);
    expect(thrownBy(() => readConfig({ [name]: text }, {}))).toMatchObject({
      message: `${option}: ${message}`,
      fields: { field: option },
    });
  });

  it.each(['my-secret-token', '', HASH.slice(1), `${HASH},`, `${HASH},my-secret-token`])(
    'refuses tokens that are no hashes without showing them: %j',
    (text) => {
      const error = thrownBy(() => fromEnvironment('tokens', text));
      expect(error.message).toBe(
        'ANOMALY_PREDICTOR_TOKENS: expected SHA-256 hashes of 64 hexadecimal digits',
      );
      expect(JSON.stringify(error.toData())).not.toContain('secret');
    },
  );
});

describe('the settings', () => {
  it('are named alike as options and as variables', () => {
    for (const name of NAMES) {
      const words = optionName(name).replace('--', '').replaceAll('-', '_').toUpperCase();
      expect(SETTINGS[name].variable).toBe(`ANOMALY_PREDICTOR_${words}`);
    }
    expect(optionName('maxBodyBytes')).toBe('--max-body-bytes');
  });

  it('show defaults that do not depend on the machine', () => {
    expect(NAMES.map(shownDefault)).toEqual([
      '127.0.0.1',
      '5000',
      'the shipped detectors',
      'one token, made for this run',
      'the token made for this run',
      'number of processors',
      '33554432',
      '134217728',
      '500000',
      '1000000',
      '10000',
      'auto',
      'auto',
    ]);
  });
});
