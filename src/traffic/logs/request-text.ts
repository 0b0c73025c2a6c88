// A request as servers log it: `GET /apples?page=2 HTTP/1.1`.
import { hasBytesAt } from './byte-text.js';

const PROTOCOL = Buffer.from(' HTTP/');
const SPACE = 0x20;

/** Where the blank before the protocol is, behind the path; −1 where there is no protocol, or nothing before it. */
export function protocolAt(bytes: Buffer, pathAt: number, end: number): number {
  let at = end - 1;
  while (at > pathAt && bytes[at] !== SPACE) at--;
  return at > pathAt && hasBytesAt(bytes, at, PROTOCOL) ? at : -1;
}
