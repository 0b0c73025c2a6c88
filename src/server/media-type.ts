// Which wire format a request has and which one its reply should have, from Content-Type and Accept.
import type { WireFormat } from '../engine/job.js';
import { AnomalyPredictorError, showValue } from '../errors.js';

const FORMAT_BY_MEDIA_TYPE: Readonly<Record<string, WireFormat>> = {
  'application/json': 'json',
  'application/msgpack': 'msgpack',
  'application/x-msgpack': 'msgpack',
  'application/vnd.msgpack': 'msgpack',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
};

/** Throws `unsupported-media-type` for anything but `allowed`. */
export function requestFormat(contentType: string, allowed: readonly WireFormat[]): WireFormat {
  const format = formatOf(contentType);
  if (format === undefined || !allowed.includes(format)) {
    throw new AnomalyPredictorError(
      'unsupported-media-type',
      `Content-Type expected ${mediaTypes(allowed)}, got ${showValue(contentType)}`,
      { field: 'Content-Type', value: contentType },
    );
  }
  return format;
}

/** The first format that `accept` names, else `usual` where it takes anything; `not-acceptable` otherwise. */
export function replyFormat(
  accept: string,
  usual: WireFormat,
  allowed: readonly WireFormat[],
): WireFormat {
  if (accept === '' || accept === '*/*') return usual;
  const ranges = accept.split(',');
  for (const range of ranges) {
    const format = formatOf(range);
    if (format !== undefined && allowed.includes(format)) return format;
  }
  if (ranges.some((range) => /^\s*(\*|application)\/\*/.test(range))) return usual;
  throw new AnomalyPredictorError(
    'not-acceptable',
    `Accept expected ${mediaTypes(allowed)}, got ${showValue(accept)}`,
    { field: 'Accept', value: accept },
  );
}

/** Parameters such as charset and q are passed over. */
function formatOf(mediaType: string): WireFormat | undefined {
  const known = FORMAT_BY_MEDIA_TYPE[mediaType];
  if (known !== undefined) return known;
  const bare = mediaType.split(';', 1)[0].trim().toLowerCase();
  return Object.hasOwn(FORMAT_BY_MEDIA_TYPE, bare) ? FORMAT_BY_MEDIA_TYPE[bare] : undefined;
}

function mediaTypes(formats: readonly WireFormat[]): string {
  const first = (wanted: WireFormat) =>
    Object.entries(FORMAT_BY_MEDIA_TYPE).find(([, format]) => format === wanted)?.[0];
  return formats.map(first).join(' or ');
}
