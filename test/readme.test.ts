import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { optionName, SETTINGS, type SettingName, shownDefault } from '../src/config.js';
import { loadCatalog } from '../src/model/detector-store.js';
import { SHIPPED_MODELS_FOLDER } from '../src/package-paths.js';
import { API_BEHAVIOUR_FEATURES, LIVE_FEATURES } from '../src/traffic/features/api-behaviour.js';
import { FINDINGS } from '../src/traffic/guard/findings.js';
import { documentedOptions } from '../src/traffic/guard/option-table.js';

const root = new URL('../../', import.meta.url);
const README = fileURLToPath(new URL('README.md', root));
const readme = readFileSync(README, 'utf8');

const configurationTable = () => [
  '| option | environment | default | meaning |',
  '| --- | --- | --- | --- |',
  ...(Object.keys(SETTINGS) as SettingName[]).map((name) => {
    const { variable, description } = SETTINGS[name];
    return `| \`${optionName(name)}\` | \`${variable}\` | ${shownDefault(name)} | ${description} |`;
  }),
];

const detectorRows = () =>
  [...loadCatalog(SHIPPED_MODELS_FOLDER).values()].map(({ name, title, metrics }) => {
    const shares = metrics === null ? [] : [metrics.recall, metrics.falsePositiveRate];
    const [recall, falseAlarms] = shares.map(
      (share) => `${(100 * (share ?? Number.NaN)).toFixed(1)} %`,
    );
    return `| \`${name}\` | ${title} | ${recall} | ${falseAlarms} | [models/${name}.md](models/${name}.md) |`;
  });

const guardOptionRows = () =>
  documentedOptions().map(
    ({ name, default: shown, description }) => `| \`${name}\` | ${shown} | ${description} |`,
  );

const findingRows = () =>
  Object.entries(FINDINGS).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);

const featureRows = () => [
  '| feature | unit | of live traffic | in the data of the shipped detectors |',
  '| --- | --- | --- | --- |',
  ...API_BEHAVIOUR_FEATURES.map(({ name, unit }) => {
    const { definition, inDataset } = LIVE_FEATURES[name];
    return `| \`${name}\` | ${unit} | ${definition} | ${inDataset} |`;
  }),
];

/** The README with a marked part written anew. */
function withPart(text: string, name: string, lines: readonly string[]): string {
  const part = new RegExp(`(<!-- ${name}:[^\n]*-->\n)[^]*?(<!-- /${name} -->)`);
  return text.replace(part, (_, open, close) => `${open}${lines.join('\n')}\n${close}`);
}

describe('the README', () => {
  // `npx vitest run dist/test/readme.test.js -u` writes what this test expects.
  it('lists settings, options, what they find, and the shipped detectors as they are', async () => {
    const expected = Object.entries({
      configuration: configurationTable(),
      detectors: detectorRows(),
      'guard options': guardOptionRows(),
      findings: findingRows(),
      features: featureRows(),
    }).reduce((text, [name, lines]) => withPart(text, name, lines), readme);
    await expect(expected).toMatchFileSnapshot(README);
  });

  it('names files that exist only', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path);
    expect(links.length).toBeGreaterThan(0);
    for (const path of links) expect(readFileSync(new URL(path, root)).length).toBeGreaterThan(0);
  });
});

describe('the library example of the README', () => {
  const script = fileURLToPath(new URL('readme-example.mjs', root));
  afterAll(() => rmSync(script, { force: true }));

  it('runs as it stands', () => {
    const [, example] = /<!-- library example[^\n]*\n```js\n([\s\S]*?)```/.exec(readme) ?? [];
    writeFileSync(script, example);
    const output = execFileSync(process.execPath, [script], {
      cwd: fileURLToPath(root),
      encoding: 'utf8',
    });
    expect(output.match(/\[ 'normal', 'anomaly' \]/g)).toHaveLength(2);
  });
});

describe('the middleware example of the README', () => {
  const script = fileURLToPath(new URL('readme-middleware.mjs', root));
  afterAll(() => rmSync(script, { force: true }));

  it('runs as it stands', async () => {
    const [, example] = /<!-- middleware example[^\n]*\n```js\n([\s\S]*?)```/.exec(readme) ?? [];
    writeFileSync(script, example);
    const server = spawn(process.execPath, [script], {
      cwd: fileURLToPath(root),
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const ended = once(server, 'exit').then(() => {
        throw new Error('the example ended');
      });
      const [output] = await Promise.race([once(server.stdout, 'data'), ended]);
      const url = `http://127.0.0.1:${String(output).replace(/\D/g, '')}`;
      for (const id of [1, 2]) {
        expect(await (await fetch(`${url}/products/${id}`)).json()).toEqual({ id: `${id}` });
      }
      expect(await (await fetch(`${url}/metrics`)).text()).toContain(
        'decisions_total{action="allow",mode="observe",route="GET /products/:id"} 2\n',
      );
    } finally {
      server.kill();
    }
  });
});
