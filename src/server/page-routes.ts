// GET / and POST /predict: the form and its result for people, and the pages' stylesheet.
import { tallyOf } from '../engine/tally.js';
import { AnomalyPredictorError, showValue } from '../errors.js';
import type { Detector } from '../model/detector.js';
import { findDetector } from '../model/detector-store.js';
import { isExplainable } from '../model/explanation.js';
import { verdictOf } from '../model/verdict.js';
import { VIEWS_FOLDER } from '../package-paths.js';
import {
  exampleFields,
  type FormFields,
  MODEL_FIELD,
  type Problem,
  parseFields,
  readForm,
  SWITCH_FIELD,
} from '../web/form.js';
import type { Page } from '../web/page.js';
import { loadViews } from '../web/views.js';
import type { Reply } from './http.js';
import type { CatalogSnapshot } from './live-catalog.js';
import {
  FORM_TYPE,
  formOperation,
  predictFormOperation,
  stylesheetOperation,
} from './page-operations.js';
import type { Route } from './route.js';
import type { Services } from './services.js';

/** Forms are read on the front end's thread. */
const LARGEST_FORM_BYTES = 1024 * 1024;

const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

export function pageRoutes({
  live,
  engine,
  metrics,
  drift,
}: Pick<Services, 'live' | 'engine' | 'metrics' | 'drift'>): Route[] {
  const views = loadViews(VIEWS_FOLDER);

  const form: Route = {
    method: 'GET',
    path: '/',
    access: 'loopback',
    operation: formOperation,
    open: ({ head }) => ({ kind: 'immediate', reply: showForm(parseFields(head.query)) }),
  };

  const predict: Route = {
    method: 'POST',
    path: '/predict',
    access: 'loopback',
    operation: predictFormOperation,
    open({ head }) {
      if (!isForm(head.contentType)) {
        const error = new AnomalyPredictorError(
          'unsupported-media-type',
          `Content-Type expected ${FORM_TYPE}, got ${showValue(head.contentType)}`,
        );
        return {
          kind: 'immediate',
          reply: refuse(error, live.current, live.current.usual, NO_FIELDS),
        };
      }
      const isSwitch = new URLSearchParams(head.query).has(SWITCH_FIELD);
      return { kind: 'body', handle: isSwitch ? switchForm : score };
    },
  };

  const stylesheet: Route = {
    method: 'GET',
    path: '/styles.css',
    access: 'loopback',
    operation: stylesheetOperation,
    open: () => ({
      kind: 'immediate',
      reply: {
        status: 200,
        contentType: 'text/css; charset=utf-8',
        body: views.stylesheet,
        headers: { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-cache' },
      },
    }),
  };

  function showForm(fields: FormFields): Reply {
    const snapshot = live.current;
    try {
      const detector = fields.has(MODEL_FIELD) ? chosenDetector(snapshot, fields) : snapshot.usual;
      const shown = fields.has('example') ? exampleFields(detector.schema) : fields;
      return reply(200, snapshot, { detector, fields: shown, problems: [] });
    } catch (error) {
      return refuse(error, snapshot, snapshot.usual, fields);
    }
  }

  /** The chosen detector's form, filled with what was typed into that of another. */
  function switchForm(body: Uint8Array): Reply {
    try {
      return showForm(parseBody(body));
    } catch (error) {
      return refuse(error, live.current, live.current.usual, NO_FIELDS);
    }
  }

  async function score(body: Uint8Array): Promise<Reply> {
    const snapshot = live.current;
    let detector = snapshot.usual;
    let fields = NO_FIELDS;
    try {
      fields = parseBody(body);
      detector = chosenDetector(snapshot, fields);
      const reading = readForm(detector.schema, fields);
      if ('problems' in reading)
        return reply(400, snapshot, { detector, fields, problems: reading.problems });
      const { row } = reading;
      const { version, scores, risks, explanation } = await scoreRow(detector, row);
      const verdict = verdictOf(scores[0], risks[0], detector.name);
      const tallies = [tallyOf(detector, Float64Array.from(row), scores)];
      metrics.scored({ nRows: 1, tallies }, [detector], true);
      const outcome = { verdict, version, row, explanation };
      return reply(200, snapshot, { detector, fields, problems: [], outcome });
    } catch (error) {
      return refuse(error, snapshot, detector, fields);
    }
  }

  async function scoreRow(detector: Detector, row: readonly number[]) {
    const batch = { rows: [row] };
    if (isExplainable(detector)) return engine.explain(detector, batch);
    return { ...(await engine.score(detector, batch)), explanation: undefined };
  }

  function chosenDetector({ catalog }: CatalogSnapshot, fields: FormFields): Detector {
    const names = fields.get(MODEL_FIELD) ?? [];
    if (names.length !== 1) {
      const message = names.length === 0 ? 'missing' : `given ${names.length} times, expected once`;
      throw new AnomalyPredictorError('invalid-field', message, { field: MODEL_FIELD });
    }
    return findDetector(catalog, names[0]);
  }

  /** The form again, with what hinders it; a fault of the program is left to the application. */
  function refuse(
    error: unknown,
    snapshot: CatalogSnapshot,
    detector: Detector,
    fields: FormFields,
  ): Reply {
    if (!(error instanceof AnomalyPredictorError)) throw error;
    const { retryAfterSeconds } = error.fields;
    return reply(
      error.status,
      snapshot,
      { detector, fields, problems: [problemOf(error)] },
      retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) },
    );
  }

  function reply(
    status: number,
    { catalog }: CatalogSnapshot,
    page: Omit<Page, 'detectors' | 'warningOf'>,
    headers: Readonly<Record<string, string>> = {},
  ): Reply {
    return {
      status,
      contentType: 'text/html; charset=utf-8',
      body: views.render({
        detectors: [...catalog.values()],
        warningOf: (detector) => drift.warningOf(detector),
        ...page,
      }),
      headers: { ...HEADERS, ...headers },
    };
  }

  return [form, predict, stylesheet];
}

const NO_FIELDS: FormFields = new Map();

function isForm(contentType: string): boolean {
  return contentType.split(';', 1)[0].trim().toLowerCase() === FORM_TYPE;
}

function parseBody(body: Uint8Array): FormFields {
  if (body.length > LARGEST_FORM_BYTES) {
    throw new AnomalyPredictorError(
      'body-too-large',
      `the form has ${body.length} bytes, at most ${LARGEST_FORM_BYTES} are allowed`,
    );
  }
  return parseFields(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
}

function problemOf({ tag, message, fields }: AnomalyPredictorError): Problem {
  return { field: tag === 'unknown-model' ? MODEL_FIELD : fields.field, message };
}
