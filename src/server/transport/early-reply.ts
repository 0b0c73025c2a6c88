// What both transports do with a request that is answered before its body has arrived.

/** A body up to this size is read and dropped, so that the connection can serve the next request. */
const DROPPED_BODY_BYTES = 64 * 1024;

/**
 * For anything longer the reply says `Connection: close`, and the transport reads on for up to this long: closing with
 * unread data in the socket resets it, and a client that still uploads would lose the reply. Likewise the end of a
 * streamed reply waits for the end of the body.
 */
export const LINGER_MS = 30_000;

export function mustLinger(
  contentLengthBytes: number | undefined,
  transferEncoding: string,
  connection: string,
): boolean {
  const isLong =
    contentLengthBytes === undefined
      ? transferEncoding !== ''
      : contentLengthBytes > DROPPED_BODY_BYTES;
  return isLong || (contentLengthBytes !== undefined && connection.toLowerCase() === 'close');
}
