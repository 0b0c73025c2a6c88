import { describe, expect, it } from 'vitest';
import type { WireFormat } from '../../src/engine/job.js';
import { replyFormat, requestFormat } from '../../src/server/media-type.js';
import { thrownBy } from '../support/thrown-by.js';

const ALL: readonly WireFormat[] = ['json', 'msgpack', 'ndjson'];
const DOCUMENTS: readonly WireFormat[] = ['json', 'msgpack'];

describe('the format of a request', () => {
  it.each([
    ['application/json', 'json'],
    ['application/json; charset=utf-8', 'json'],
    ['application/json;charset=UTF-8', 'json'],
    ['Application/JSON', 'json'],
    [' application/json ', 'json'],
    ['application/msgpack', 'msgpack'],
    ['application/x-msgpack', 'msgpack'],
    ['application/vnd.msgpack', 'msgpack'],
    ['application/x-ndjson', 'ndjson'],
    ['application/ndjson; charset=utf-8', 'ndjson'],
  ] as const)('follows from Content-Type %j: %s', (contentType, format) => {
    expect(requestFormat(contentType, ALL)).toBe(format);
  });

  it.each([
    '',
    'json',
    'text/json',
    'application/*',
    '*/*',
    'application/jsonp',
    'application/json, application/msgpack',
    'multipart/form-data; boundary=application/json',
    'constructor',
    '__proto__',
    'toString',
  ])('is refused with 415 for Content-Type %j', (contentType) => {
    expect(thrownBy(() => requestFormat(contentType, ALL))).toMatchObject({
      tag: 'unsupported-media-type',
      status: 415,
      message:
        'Content-Type expected application/json or application/msgpack or application/x-ndjson, ' +
        `got ${JSON.stringify(contentType)}`,
      fields: { field: 'Content-Type', value: contentType },
    });
  });

  it('is refused where it is known but not taken', () => {
    expect(thrownBy(() => requestFormat('application/x-ndjson', DOCUMENTS)).message).toBe(
      'Content-Type expected application/json or application/msgpack, got "application/x-ndjson"',
    );
  });
});

describe('the format of a reply', () => {
  it.each([
    ['', 'msgpack'],
    ['*/*', 'msgpack'],
    ['application/*', 'msgpack'],
    ['text/html, */*;q=0.1', 'msgpack'],
    ['application/json', 'json'],
    ['application/json;q=0.9', 'json'],
    ['text/html, application/json', 'json'],
    ['APPLICATION/JSON', 'json'],
    ['application/x-msgpack', 'msgpack'],
    ['application/json, application/msgpack', 'json'],
    ['application/x-ndjson, application/json', 'json'],
    ['*/*, application/json', 'json'],
  ] as const)('to MessagePack with Accept %j is %s', (accept, format) => {
    expect(replyFormat(accept, 'msgpack', DOCUMENTS)).toBe(format);
  });

  it.each(['text/html', 'text/*', 'application/x-ndjson', 'constructor', ','])(
    'cannot be given with 406 for Accept %j',
    (accept) => {
      expect(thrownBy(() => replyFormat(accept, 'json', DOCUMENTS))).toMatchObject({
        tag: 'not-acceptable',
        status: 406,
        message: `Accept expected application/json or application/msgpack, got "${accept}"`,
      });
    },
  );
});
