// A client of a running server's POST /predict_json, over kept-alive connections.
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { AnomalyPredictorError } from '../errors.js';
import type { BehaviourSchema } from '../formats/behaviour-blocks.js';
import { parseJson } from '../formats/json.js';
import { Encoder } from '../model/encoder.js';
import { Schema } from '../model/schema.js';

export interface ServerAddress {
  readonly url: string;
  readonly token: string;
}

/** What became of one request, retries included. */
export interface Outcome {
  /** Undefined where no reply came. */
  readonly status: number | undefined;
  readonly anomalies: number;
  /** Why it failed; undefined where all verdicts came. */
  readonly failure?: string;
  /** From the last attempt's start to the end of its reply. */
  readonly latencyMs: number;
  readonly retries: number;
}

const MOST_ATTEMPTS = 5;
const LONGEST_PAUSE_SECONDS = 30;

const Verdicts = v.array(v.object({ prediction: v.picklist(['normal', 'anomaly']) }));
const ServedModel = v.object({ schema: Schema, encoder: Encoder });
const ErrorReply = v.object({ error: v.string() });

/** What the server's detector `model` reads. Throws `request-failed` when there is no good answer. */
export async function fetchModel(
  { url, token }: ServerAddress,
  model: string,
): Promise<BehaviourSchema> {
  const target = new URL(`v1/models/${encodeURIComponent(model)}`, withSlash(url));
  const { status, text } = await exchange(target, { headers: authorization(token) }).catch(
    (cause) => {
      throw requestFailed(`no answer from ${url}: ${reasonOf(cause)}`, cause);
    },
  );
  if (status !== 200) throw requestFailed(`${target} answered ${status}: ${messageOf(text)}`);
  const document = documentOf(text);
  if (!v.is(ServedModel, document)) {
    throw requestFailed(`${target} did not answer with a detector's description`);
  }
  return document;
}

/** Posts `body`, which holds `nBehaviours`; while the server is too busy, tries again when it says so. */
export async function postBehaviours(
  { url, token }: ServerAddress,
  body: string,
  nBehaviours: number,
): Promise<Outcome> {
  const target = new URL('predict_json', withSlash(url));
  const headers = { ...authorization(token), 'content-type': 'application/json' };
  for (let retries = 0; ; retries++) {
    const startMs = performance.now();
    try {
      const reply = await exchange(target, { method: 'POST', headers, body });
      const { status, retryAfterSeconds } = reply;
      if (retryAfterSeconds !== undefined && retries + 1 < MOST_ATTEMPTS) {
        await delay(1_000 * Math.min(retryAfterSeconds, LONGEST_PAUSE_SECONDS));
        continue;
      }
      const latencyMs = performance.now() - startMs;
      return { status, latencyMs, retries, ...verdictsOf(status, reply.text, nBehaviours) };
    } catch (error) {
      const latencyMs = performance.now() - startMs;
      return { status: undefined, anomalies: 0, failure: reasonOf(error), latencyMs, retries };
    }
  }
}

interface Exchange {
  readonly status: number;
  readonly text: string;
  /** Set when the server is too busy and says when to come back. */
  readonly retryAfterSeconds: number | undefined;
}

async function exchange(target: URL, request: RequestInit): Promise<Exchange> {
  const response = await fetch(target, request);
  const text = await response.text();
  const { status, headers } = response;
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN);
  const busy = status === 503 && retryAfter >= 0;
  return { status, text, retryAfterSeconds: busy ? retryAfter : undefined };
}

function verdictsOf(
  status: number,
  text: string,
  nBehaviours: number,
): Pick<Outcome, 'anomalies' | 'failure'> {
  if (status !== 200) return { anomalies: 0, failure: messageOf(text) };
  const document = documentOf(text);
  const verdicts = Array.isArray(document) ? document : [document];
  if (!v.is(Verdicts, verdicts) || verdicts.length !== nBehaviours) {
    return {
      anomalies: 0,
      failure: `the reply is not one verdict for each of ${nBehaviours} rows`,
    };
  }
  return { anomalies: verdicts.filter(({ prediction }) => prediction === 'anomaly').length };
}

/** The message of an error reply, or how the reply begins. */
function messageOf(text: string): string {
  const document = documentOf(text);
  return v.is(ErrorReply, document) ? document.error : text.slice(0, 100);
}

function documentOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** `fetch` hides the reason in the cause of its error. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
  return cause?.message || cause?.code || message;
}

function authorization(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

/** So that a path in the address stays when another is resolved against it. */
function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

function requestFailed(message: string, cause?: unknown): AnomalyPredictorError {
  return new AnomalyPredictorError('request-failed', message, {}, { cause });
}
