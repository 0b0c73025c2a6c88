import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/model/explanation.js';
import type { Schema } from '../../src/model/schema.js';
import { VIEWS_FOLDER } from '../../src/package-paths.js';
import { exampleFields, parseFields } from '../../src/web/form.js';
import type { Page } from '../../src/web/page.js';
import { loadViews } from '../../src/web/views.js';
import { forestOver, sampleForest, sampleOneClassSvm } from '../support/sample-detectors.js';

const views = loadViews(VIEWS_FOLDER);
const detector = sampleOneClassSvm();
const SCRIPT = `"'><script>alert(1)</script>`;

function render(changes: Partial<Page> = {}): string {
  return views.render({
    detectors: [sampleForest(), detector],
    warningOf: () => undefined,
    detector,
    fields: new Map(),
    problems: [],
    ...changes,
  });
}

function renderVerdict(score: number, risk: number, prediction: 'normal' | 'anomaly'): string {
  const raw_prediction = prediction === 'normal' ? 1 : -1;
  const verdict = { prediction, raw_prediction, score, risk, model_used: 'ocsvm' } as const;
  const row = detector.schema.features.map(({ example }) => example);
  return render({ outcome: { verdict, version: detector.version, row } });
}

describe('the form', () => {
  it('has a field with title, unit, hint and example for every feature', () => {
    const html = render();
    for (const { name, title, unit, description, example, kind } of detector.schema.features) {
      expect(html).toContain(`name="${name}"`);
      expect(html).toContain(title);
      expect(html).toContain(`>${description}</p>`);
      if (kind === 'number') {
        expect(html).toContain(`(${unit})`);
        expect(html).toContain(`placeholder="e.g. ${example}"`);
      }
    }
  });

  it('offers every detector and chooses the present one', () => {
    const html = render();
    expect(html).toContain('<option value="hybrid">Random Forest (sample) (hybrid)</option>');
    expect(html).toContain(
      '<option value="ocsvm" selected>One-Class SVM (sample) (ocsvm)</option>',
    );
  });

  it('keeps what was typed', () => {
    const html = render({ fields: parseFields('num_users=1e5&source_F=0') });
    expect(html).toContain('name="num_users" value="1e5"');
    expect(html).toMatch(/name="source_F" value="0"\s+checked/);
    expect(html).not.toMatch(/value="1"\s+checked/);
  });

  it('offers the fields of another detector only where they differ', () => {
    expect(render()).not.toContain('formaction');
    const schema = { features: [{ ...detector.schema.features[0], name: 'other' }] };
    const other = { ...detector, name: 'other', schema };
    expect(render({ detectors: [detector, other] })).toContain('formaction="/predict?switch=1"');
  });

  it('says beside each detector how its threshold was set, and what speaks against it now', () => {
    const calibrated = sampleOneClassSvm({
      threshold: -0.25,
      calibration: {
        calibrator: 'made up for tests',
        data: { file: 'own.csv', sha256: '0'.repeat(64) },
        rows: 1_000,
        targetFalsePositiveRate: 0.01,
        falsePositiveRate: 0.009,
        interval: { low: 0.0047, high: 0.017 },
        previousThreshold: 0,
        curve: [],
      },
    });
    const html = render({
      detectors: [sampleForest(), calibrated],
      warningOf: ({ name }) => (name === 'hybrid' ? 'other <rows>' : undefined),
    });
    expect(html).toMatch(/threshold -0\.25, at which 0\.9 % of 1,000 normal rows were called/);
    expect(html.match(/class="drift"/g)).toHaveLength(1);
    expect(html).toContain('other &lt;rows&gt;');
  });

  it('says how good the detector was on rows that training did not see', () => {
    expect(render()).toMatch(/95 of 100 anomalies \(95\.0 %\).*10 of 200 normal rows \(5\.0 %\)/s);
  });

  it('ties each problem to its field and lists it above the form', () => {
    const html = render({ problems: [{ field: 'sequence_length', message: 'missing' }] });
    expect(html).toContain('<a href="#field-2">Sequence length: missing</a>');
    expect(html).toMatch(
      /id="field-2"[^>]*aria-describedby="field-2-problem field-2-hint"\s+aria-invalid="true"/,
    );
    expect(html).toContain('<p class="problem" id="field-2-problem">missing</p>');
    expect(html.match(/aria-invalid/g)).toHaveLength(1);
  });
});

describe('the verdict', () => {
  it('is said in words, with score, risk, detector and version', () => {
    const html = renderVerdict(-0.25, 0.75, 'anomaly');
    expect(html).toContain('<h1 id="verdict">Anomaly</h1>');
    expect(html).toContain('<b>-0.25</b>');
    expect(html).toMatch(/<meter [^>]*value="0\.750"/);
    expect(html).toContain(detector.version);
    expect(renderVerdict(0.25, 0.25, 'normal')).toContain('<h1 id="verdict">Normal</h1>');
  });

  it('shows the risk of a normal row below the border, however near it is', () => {
    expect(renderVerdict(1e-12, 0.4999999, 'normal')).toContain('<b>0.499</b>');
    expect(renderVerdict(0, 0.5, 'anomaly')).toContain('<b>0.500</b>');
  });
});

describe('an explanation', () => {
  const [feature] = detector.schema.features;
  const schema = { features: ['a', 'b', 'c'].map((name) => ({ ...feature, name, title: name })) };
  const verdict = {
    prediction: 'normal',
    raw_prediction: 1,
    score: 0.25,
    risk: 0.25,
    model_used: 'ocsvm',
  } as const;
  const shown = (changes: Partial<Explanation> = {}) =>
    render({
      detector: { ...detector, schema },
      outcome: {
        verdict,
        version: '1',
        row: [12_345.678, 0, 0.5],
        explanation: {
          method: 'exact-shapley',
          baseline: 0.75,
          features: [
            { name: 'a', low: 0.0000123, high: 9_876.543, min: 0, max: 20_000 },
            { name: 'b', low: 1, high: 1, min: 0, max: 1 },
            { name: 'c', low: null, high: null, min: null, max: null },
          ],
          contributions: Float64Array.of(-0.125, 0, -0.5),
          outOfRange: [[]],
          ...changes,
        },
      },
    });
  /** The texts of the table's cells, line by line. */
  const cellsOf = (html: string) => {
    const text = (part: string) =>
      part
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim();
    const [, body] = /contributes to the score.*?<tbody[^>]*>(.*?)<\/tbody>/s.exec(html) ?? [];
    return (body ?? '')
      .split('</tr>')
      .slice(0, -1)
      .map((line) =>
        line
          .split(/<\/t[hd]>/)
          .slice(0, -1)
          .map(text),
      );
  };

  it('says of a value that it is out of the training range, and beyond which bound', () => {
    const bounds = { low: null, high: 12_000 };
    const a = { name: 'a', low: 1, high: 9_876.543, min: 0, max: 10_000, bounds };
    const b = { name: 'b', low: 1, high: 1, min: 1, max: 1 };
    const [first, second] = cellsOf(shown({ features: [a, b, b] }))
      .map(([, value]) => value)
      .filter((value) => !value.startsWith('0.5'));
    expect(first).toBe('12345.678 above all training rows, above the bound of 12000');
    expect(second).toBe('0 below all training rows');
  });

  it('has a line for each feature with its value, where it lies, and what it speaks for', () => {
    expect(cellsOf(shown())).toEqual([
      ['c (seconds)', '0.5', 'not known', '−0.5 for an anomaly'],
      ['a (seconds)', '12345.678 above', '1.23e-5 to 9,877', '−0.125 for an anomaly'],
      ['b (seconds)', '0 below', '1', '0'],
    ]);
  });

  it('draws bars in proportion to the largest contribution, to the left for an anomaly', () => {
    const html = shown({ contributions: Float64Array.of(-0.125, 0, 0.5) });
    const bars = [...html.matchAll(/<rect x="(.*?)" y="0" width="(.*?)"/g)];
    expect(bars.map(([, start, length]) => [start, length])).toEqual([
      ['0', '100'],
      ['-25', '25'],
      ['0', '0'],
    ]);
    expect(cellsOf(html)[0][3]).toBe('+0.5 for normal');
  });

  it('names the baseline, and the margin of an estimate', () => {
    expect(shown()).toMatch(
      /baseline\s+of \+0\.75, the score of a behaviour whose every value is as/,
    );
    expect(shown()).not.toContain('estimates');
    const sampled = shown({
      method: 'sampled-shapley',
      errors: Float64Array.of(0.01, 0, 0.0213),
    });
    expect(cellsOf(sampled)[0][3]).toBe('−0.5 ± 0.0213 for an anomaly');
    expect(sampled).toContain('estimates');
    expect(shown({ method: 'tree-shap' })).toContain('the score to expect of a training row');
  });
});

describe('escaping', () => {
  it('shows typed values, field names and messages as text', () => {
    const html = render({
      fields: new Map([['num_users', [SCRIPT]]]),
      problems: [{ field: 'num_users', message: SCRIPT }, { message: SCRIPT }],
    });
    expect(html).not.toContain('<script');
    expect(html).toContain('value="&#34;&#39;&gt;&lt;script&gt;');
  });

  it('shows what a detector says of itself as text', () => {
    const [feature] = detector.schema.features;
    const hostile = { name: SCRIPT, title: SCRIPT, description: SCRIPT, unit: SCRIPT };
    const schema: Schema = {
      features: [
        { ...feature, ...hostile },
        { ...feature, ...hostile, name: `${SCRIPT}2`, kind: 'flag' },
      ],
    };
    const strange = { ...detector, schema, title: SCRIPT };
    const html = render({
      detectors: [strange],
      detector: strange,
      fields: exampleFields(schema),
      problems: [{ field: SCRIPT, message: 'missing' }],
    });
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;');
  });
});

describe('the page', () => {
  it('asks for nothing but the local stylesheet', () => {
    const references = renderVerdict(1, 0.1, 'normal').matchAll(/(?:href|src|action)="([^"]*)"/g);
    const targets = new Set([...references].map(([, target]) => target));
    expect(targets).toEqual(
      new Set([
        '/styles.css',
        '/',
        '/predict',
        '/?model=ocsvm&amp;example=1',
        '/?model=ocsvm',
        '/?model=hybrid',
      ]),
    );
    expect(views.stylesheet).not.toMatch(/url\(|@import/);
  });
});

describe('the list of detectors', () => {
  it('shows each with its type, version and schema, and leads to its form', () => {
    const [forest, html] = [sampleForest(), render()];
    expect(html).toContain('<a href="/?model=hybrid">Random Forest (sample)</a>');
    expect(html).toContain('<a href="/?model=ocsvm" aria-current="true">');
    expect(html).toContain(`version <code>${forest.version}</code>`);
    expect(html.match(/<summary>9 features<\/summary>/g)?.length).toBe(2);
    expect(html.match(/<code>num_users<\/code><\/th><td>Users<\/td><td>count<\/td>/g)?.length).toBe(
      2,
    );
  });

  it('shows the first features of a detector that has very many', () => {
    const many = forestOver(
      'many',
      Array.from({ length: 1_234 }, () => ({})),
    );
    const html = render({ detectors: [many, detector] });
    expect(html).toContain('<summary>1,234 features</summary>');
    expect(html).toContain('and 1034 more, all of them at <code>/v1/models/many</code>');
    expect(html).toContain('<code>x199</code>');
    expect(html).not.toContain('<code>x200</code>');
  });
});
