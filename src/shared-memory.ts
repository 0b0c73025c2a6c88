// Memory for request bodies that threads share, used again and again: a fresh 256 KiB costs a quarter of what
// it takes to score a body of that size, most of it for pages that are touched for the first time (Node 20).

/** Smaller bodies get as much as this. */
const LEAST_BYTES = 64 * 1024;
/** Larger memory is left to the garbage collector, which is slow to see that memory is shared no more. */
const MOST_BYTES_KEPT = 8 * 1024 * 1024;
const MOST_BYTES_KEPT_IN_ALL = 128 * 1024 * 1024;

const lent = new WeakSet<SharedArrayBuffer>();
const freeBySize = new Map<number, SharedArrayBuffer[]>();
let bytesKept = 0;

/** Memory of `nBytes`, whose content is not defined; behind it there is room for as much again, unless it is large. */
export function takeShared(nBytes: number): Uint8Array<SharedArrayBuffer> {
  const size = sizeFor(nBytes);
  const kept = freeBySize.get(size)?.pop();
  if (kept !== undefined) bytesKept -= size;
  const buffer = kept ?? new SharedArrayBuffer(size);
  lent.add(buffer);
  return new Uint8Array(buffer, 0, nBytes);
}

/** A copy of bytes of memory that is not shared. */
export function copyToShared(bytes: Uint8Array): Uint8Array<SharedArrayBuffer> {
  const shared = takeShared(bytes.length);
  copyIntoShared(bytes, shared, 0);
  return shared;
}

/** Bytes with memory of their own, which may wait for long: such as come from here are given back. */
export function keepApart(bytes: Uint8Array): Uint8Array {
  if (!(bytes.buffer instanceof SharedArrayBuffer)) return bytes;
  const apart = new Uint8Array(bytes);
  giveBackShared(bytes);
  return apart;
}

const WORD_BYTES = 8;
const bounce = new Uint8Array(64 * 1024);
const BOUNCE_BYTES = bounce.length - WORD_BYTES;

/**
 * Copies `bytes`, of memory that is not shared, to shared[at …]. V8 copies to shared memory by words only where both
 * ends lie alike on them, else 8 times as slow (Node 20); how the bytes of a socket lie nobody says, so they take a
 * way round by memory that lies right.
 */
export function copyIntoShared(
  bytes: Uint8Array,
  shared: Uint8Array<SharedArrayBuffer>,
  at: number,
): void {
  const offset = (shared.byteOffset + at) % WORD_BYTES;
  for (let start = 0; start < bytes.length; start += BOUNCE_BYTES) {
    const part = bytes.subarray(start, start + BOUNCE_BYTES);
    bounce.set(part, offset);
    shared.set(bounce.subarray(offset, offset + part.length), at + start);
  }
}

/** For the next to take: nobody may use `bytes` from now on. Memory of other origin is left alone. */
export function giveBackShared({ buffer }: ArrayBufferView): void {
  if (!(buffer instanceof SharedArrayBuffer) || !lent.delete(buffer)) return;
  const size = buffer.byteLength;
  if (size > MOST_BYTES_KEPT || bytesKept + size > MOST_BYTES_KEPT_IN_ALL) return;
  const free = freeBySize.get(size) ?? [];
  freeBySize.set(size, free);
  free.push(buffer);
  bytesKept += size;
}

/** Where in the buffer of `bytes` the room behind them starts; undefined in memory of other origin. */
export function roomBehind({ buffer, byteOffset, length }: Uint8Array): number | undefined {
  if (!(buffer instanceof SharedArrayBuffer) || !lent.has(buffer)) return undefined;
  return WORD_BYTES * Math.ceil((byteOffset + length) / WORD_BYTES);
}

/** A power of two, so that few sizes serve all bodies; without room behind it where it is not kept anyway. */
function sizeFor(nBytes: number): number {
  return 2 * nBytes <= MOST_BYTES_KEPT
    ? Math.max(LEAST_BYTES, 2 ** Math.ceil(Math.log2(2 * nBytes)))
    : Math.max(nBytes, MOST_BYTES_KEPT + 1);
}
