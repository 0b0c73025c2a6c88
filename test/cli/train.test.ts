import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { loadDetector } from '../../src/model/detector-store.js';
import { runCommand, startCommand } from '../support/command-line.js';
import { labelledCsv } from '../support/labelled-csv.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const { path, write } = temporaryFolder();
const data = write('labelled.csv', labelledCsv(140, 40));

async function train(...args: string[]) {
  const out = join(path, args.join('') || 'all');
  mkdirSync(out);
  const done = await runCommand(['train', '--data', data, '--out', out, ...args]);
  return { ...done, out, files: readdirSync(out).sort() };
}

describe('train', () => {
  it('writes the one detector that is asked for, with its model card', async () => {
    const { code, stdout, out, files } = await train('--detector', 'isolation-forest');
    expect(code).toBe(0);
    expect(files).toEqual(['isolation-forest.md', 'isolation-forest.safetensors']);
    const detector = loadDetector(join(out, files[1]));
    expect(detector.model.type).toBe('isolation-forest');
    expect(stdout).toContain(`Isolation Forest, version ${detector.version}, written to`);
    expect(readFileSync(join(out, files[0]), 'utf8')).toContain(detector.version);
    const scored = await runCommand(['evaluate', '--data', data, '--model', join(out, files[1])]);
    expect(scored).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ *anomalies +\d/m) });
  });

  it('writes the shipped detectors where none is named', async () => {
    const { code, files } = await train();
    expect(code).toBe(0);
    const names = ['hybrid', 'ocsvm', 'ocsvm-tuned'];
    expect(files).toEqual(names.flatMap((name) => [`${name}.md`, `${name}.safetensors`]).sort());
  });

  it('takes options of the method, and says in the card how to make the detector again', async () => {
    const asked = [
      '--detector',
      'hybrid',
      '--trees',
      '7',
      '--max-depth',
      '3',
      '--bootstrap',
      'false',
    ];
    const options = [...asked, '--transform', 'log1p', '--transform', 'num_users=quantile'];
    const { code, out } = await train(...options);
    expect(code).toBe(0);
    const { version, provenance } = loadDetector(join(out, 'hybrid.safetensors'));
    expect(provenance.parameters).toMatchObject({
      trees: 7,
      maxDepth: 3,
      bootstrap: false,
      transform: 'log1p',
      'transform.num_users': 'quantile',
    });
    const card = readFileSync(join(out, 'hybrid.md'), 'utf8');
    const command = /npx anomaly-predictor train --data labelled.csv (.*) --out models/.exec(card);
    const again = await train(...String(command?.[1]).split(' '));
    expect(loadDetector(join(again.out, 'hybrid.safetensors')).version).toBe(version);
  });

  it('searches, shows what it found, and says how to search again', async () => {
    const options = ['--detector', 'ocsvm', '--search', 'random', '--candidates', '3'];
    const tries = ['--try', 'nu=0.01,0.05,0.1', '--try', 'transform=standard,log1p'];
    const scoring = ['--folds', '3', '--scoring', 'recall_at_fpr=0.05'];
    const { code, stdout, out } = await train(...options, ...tries, ...scoring);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^nu +transform +recall_at_fpr=0\.05 +± +recall/m);
    const { parameters } = loadDetector(join(out, 'ocsvm.safetensors')).provenance;
    expect(Object.keys(parameters)).toEqual(expect.arrayContaining(['nu', 'transform']));
    expect(readFileSync(join(out, 'ocsvm.md'), 'utf8')).toContain(
      `--seed 42 ${[...options.slice(2), ...tries, ...scoring].join(' ')} --out models`,
    );
  });

  it('that is interrupted in a search shows the candidates so far and writes nothing', async () => {
    const out = join(path, 'interrupted');
    mkdirSync(out);
    const tries = Array.from({ length: 200 }, (_, i) => (0.001 * (i + 1)).toFixed(3)).join();
    const many = ['--try', `nu=${tries}`, '--try', 'gamma=0.1,0.2,0.3,0.4,0.5,1,2,3,4,5'];
    const child = startCommand([
      'train',
      '--data',
      data,
      '--out',
      out,
      '--detector',
      'ocsvm',
      ...many,
    ]);
    const stdout = text(child.stdout);
    await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(130);
    expect(await stdout).toMatch(/^the best so far: --detector ocsvm --nu 0\.\d+ --gamma [\d.]+$/m);
    expect(readdirSync(out)).toEqual([]);
  });

  it.each([
    [['--nu', '2'], '--nu expected a number above 0, at most 1, got "2"'],
    [['--kernel', 'round'], '--kernel expected rbf, linear, poly, sigmoid, got "round"'],
    [['--trees', '5'], '--trees is no option of ocsvm'],
    [['--degree', '2'], '--degree makes no difference with the kernel rbf'],
    [['--transform', 'colour=log1p'], '--transform expected one of inter_api_access_duration'],
    [['--transform', 'log2'], '--transform expected standard, log1p, log, robust, quantile, none'],
    [['--try', 'nu=0.1,big'], '--try nu expected a number above 0, at most 1, got "big"'],
    [['--try', 'speed=1,2'], '--try expected an option and its values'],
    [['--nu', '0.1', '--try', 'nu=0.1,0.2'], '--nu is fixed: it cannot be tried'],
    [['--search', 'grid'], 'a search for ocsvm needs --try'],
    [['--scoring', 'accuracy'], '--scoring expected f1, average_precision, roc_auc or recall_at'],
    [['--folds', '1'], '--folds expected a whole number, 2 to 1000, got "1"'],
  ])('refuses %o before it reads the data', async (options, message) => {
    const { code, stdout, stderr } = await train('--detector', 'ocsvm', ...options);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  });

  it('asks for the detector that an option belongs to', async () => {
    const { code, stderr } = await train('--nu', '0.1');
    expect(code).toBe(2);
    expect(stderr).toContain('name it with --detector');
  });

  it('lists every option with its default', async () => {
    const { stdout } = await runCommand(['train', '--help']);
    const help = stdout.replace(/\s+/g, ' ');
    expect(help).toContain('default: ocsvm 0.05, ocsvm-tuned searched)');
    expect(help).toContain('number of trees (a whole number, 1 to 100000; default: 100)');
  });
});
