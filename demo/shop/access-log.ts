// Lines of the shop's access log: JSON objects, as many servers write them.

export interface AccessLogEntry {
  /** When the request came, in milliseconds since 1970. */
  readonly timeMs: number;
  readonly address: string;
  /** E-mail address of who is logged in. */
  readonly user: string | undefined;
  readonly method: string;
  readonly url: string;
  readonly status: number;
}

export function accessLogLine({
  timeMs,
  address,
  user,
  method,
  url,
  status,
}: AccessLogEntry): string {
  const time = new Date(timeMs).toISOString();
  return `${JSON.stringify({ time, remote_addr: address, user: user ?? '-', method, url, status })}\n`;
}
