// The look at a MessagePack message before msgpackr decodes it: msgpackr's own extensions, such as
// references, bundled strings and big integers, let a short message cost hours, so that only plain
// types pass, and the record definitions that its default encoder writes.
//
//   token         bytes                 token         bytes
//   00–7f, e0–ff  1       integer       ca ce d2      5            4-byte number
//   80–9f         1       map, array    cb cf d3      9            8-byte number
//   a0–bf         1 + n   string        cc d0, cd d1  2, 3         1 and 2-byte integer
//   c0 c2 c3      1       nil, boolean  d4 72, d5 72  3, 4         record definition
//   c4 c5 c6      1 + s + n  binary     d9 da db      1 + s + n    string; s = 1, 2, 4 bytes hold n
//   c7–c9 d4–d8           extension     dc de, dd df  3, 5         array and map

const FIRST_TABLED = 0xc0;
const LAST_TABLED = 0xdf;
/** Bytes of the tokens c0 to df without the n bytes that follow some; 0 is refused. */
const TOKEN_BYTES = [
  1, 0, 1, 1, 2, 3, 5, 0, 0, 0, 5, 9, 2, 3, 5, 9, 2, 3, 5, 9, 3, 4, 0, 0, 0, 2, 3, 5, 3, 5, 3, 5,
];

const RECORD_TYPE = 0x72;
/** As many as msgpackr has short names for; each may be compiled. */
const MOST_RECORD_DEFINITIONS = 64;

/** Throws an Error that names what is refused; that the message is complete is for the decoder. */
export function requirePlainTokens(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let nRecordDefinitions = 0;
  for (let at = 0; at < bytes.length; ) {
    const token = bytes[at];
    if (token < FIRST_TABLED || token > LAST_TABLED) {
      at += token >= 0xa0 && token <= 0xbf ? 1 + (token & 0x1f) : 1;
      continue;
    }
    const tokenBytes = TOKEN_BYTES[token - FIRST_TABLED];
    const isRecord = token === 0xd4 || token === 0xd5;
    if (tokenBytes === 0 || (isRecord && bytes[at + 1] !== RECORD_TYPE)) {
      throw new TypeError(`byte ${at} starts an extension, expected only plain types`);
    }
    if (isRecord && ++nRecordDefinitions > MOST_RECORD_DEFINITIONS) {
      throw new RangeError(`more than ${MOST_RECORD_DEFINITIONS} record definitions`);
    }
    at += tokenBytes + payloadBytes(view, token, at + 1);
  }
}

/** What follows a binary's or a string's length, which stands at `at`. */
function payloadBytes(view: DataView, token: number, at: number): number {
  switch (token) {
    case 0xc4:
    case 0xd9:
      return view.getUint8(at);
    case 0xc5:
    case 0xda:
      return view.getUint16(at);
    case 0xc6:
    case 0xdb:
      return view.getUint32(at);
    default:
      return 0;
  }
}
