// The client's address of a request of node:http, behind the proxies that are trusted to tell it.
import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';

export type AddressOf = (request: IncomingMessage) => string | undefined;

/**
 * @param trustProxy addresses, networks or names such as `loopback` of proxies; without, the peer is the client
 * @throws TypeError for one that is none of these
 */
export function trustedAddress(trustProxy: string | readonly string[] | undefined): AddressOf {
  if (trustProxy === undefined) return ({ socket }) => socket.remoteAddress;
  const trust = proxyAddr.compile(typeof trustProxy === 'string' ? trustProxy : [...trustProxy]);
  return (request) => request.socket.remoteAddress && proxyAddr(request, trust);
}
