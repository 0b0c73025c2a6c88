// Which fields of JSON lines say what: the names that servers are known to write, and those that the user gives.
//   nginx: names of its variables · Caddy: request.… · Traefik: ClientHost … · AWS load balancers and API Gateway:
//   client, elb_status_code, requestTime … · pino-http: req.…, res.… · Elastic Common Schema: client.ip, url.path …
import { AnomalyPredictorError, showValue } from '../../errors.js';

/** Dotted paths to values, the first that a line has counts. A name that has dots itself is found as well. */
export interface LogFields {
  readonly time: readonly string[];
  readonly address: readonly string[];
  readonly user: readonly string[];
  readonly method: readonly string[];
  /** Path or URL, its query is left out. */
  readonly url: readonly string[];
  /** `GET /path HTTP/1.1` or without protocol, where there is no method and URL. */
  readonly request: readonly string[];
  readonly status: readonly string[];
  /** Each with its unit behind a colon. */
  readonly duration: readonly string[];
  /** Of the request, to tell lines that were written twice. */
  readonly id: readonly string[];
}

export const DEFAULT_LOG_FIELDS: LogFields = {
  time: [
    'StartUTC',
    'msec',
    'requestTimeEpoch',
    'time',
    'timestamp',
    '@timestamp',
    'ts',
    'time_iso8601',
    'time_local',
    'requestTime',
    'datetime',
    'date',
  ],
  address: [
    'remote_addr',
    'request.client_ip',
    'request.remote_ip',
    'ClientHost',
    'req.remoteAddress',
    'client_ip',
    'client.ip',
    'client',
    'remote_ip',
    'remoteAddress',
    'sourceIp',
    'source.ip',
    'clientIp',
    'ip',
  ],
  user: [
    'remote_user',
    'user_id',
    'ClientUsername',
    'req.user',
    'user.name',
    'user',
    'username',
    'userId',
  ],
  method: [
    'request_method',
    'request.method',
    'RequestMethod',
    'req.method',
    'method',
    'httpMethod',
    'http.request.method',
  ],
  url: [
    'request_uri',
    'request.uri',
    'RequestPath',
    'req.url',
    'uri',
    'url.path',
    'url',
    'path',
    'resourcePath',
  ],
  request: ['request', 'request_line'],
  status: [
    'status',
    'DownstreamStatus',
    'res.statusCode',
    'elb_status_code',
    'status_code',
    'statusCode',
    'http.response.status_code',
  ],
  duration: [
    'request_time:s',
    'duration:s',
    'Duration:ns',
    'responseTime:ms',
    'duration_ms:ms',
    'durationMs:ms',
    'responseLatency:ms',
    'target_processing_time:s',
    'event.duration:ns',
  ],
  id: ['request_id', 'requestId', 'req.id', 'req_id', 'x_request_id'],
};

const MS_BY_UNIT: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, ms: 1, s: 1_000 };

/**
 * The defaults with what the user gives in their place, as `user=headers.x_user` or `duration=took:ms`.
 * @throws AnomalyPredictorError `bad-option`
 */
export function logFields(given: readonly string[] = []): LogFields {
  const fields: Record<string, readonly string[]> = { ...DEFAULT_LOG_FIELDS };
  for (const text of given) {
    const [, name = '', path = ''] = /^([a-z]+)=(.+)$/.exec(text) ?? [];
    if (!Object.hasOwn(DEFAULT_LOG_FIELDS, name)) {
      const names = Object.keys(DEFAULT_LOG_FIELDS).join(', ');
      throw badField(`one of ${names}, =, and where it stands, such as user=headers.x_user`, text);
    }
    if (name === 'duration') unitOf(path);
    fields[name] = [path];
  }
  return fields as unknown as LogFields;
}

/** Path and milliseconds of `request_time:s`. @throws AnomalyPredictorError `bad-option` */
export function unitOf(field: string): readonly [path: string, unitMs: number] {
  const colon = field.lastIndexOf(':');
  const unit = field.slice(colon + 1);
  if (colon < 1 || !Object.hasOwn(MS_BY_UNIT, unit)) {
    throw badField('a duration with its unit, such as duration=took:ms (s, ms, us or ns)', field);
  }
  return [field.slice(0, colon), MS_BY_UNIT[unit]];
}

function badField(expected: string, value: string): AnomalyPredictorError {
  return new AnomalyPredictorError(
    'bad-option',
    `field: expected ${expected}, got ${showValue(value)}`,
    { field: 'field', value },
  );
}
