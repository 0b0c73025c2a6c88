// Calls as the lines that servers write of them.

/** A call before its client and route are worked out. */
export interface WrittenCall {
  readonly timeMs: number;
  readonly address: string;
  readonly user: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

export function jsonLine(call: WrittenCall): string {
  return `${JSON.stringify({
    time: new Date(call.timeMs).toISOString(),
    remote_addr: call.address,
    remote_user: call.user === '' ? '-' : call.user,
    request_method: call.method,
    request_uri: call.path,
    status: call.status,
    duration_ms: call.durationMs,
  })}\n`;
}

/** nginx's, with $request_time behind; times in whole seconds. */
export function combinedLine(call: WrittenCall): string {
  const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(
    new Date(call.timeMs).toISOString(),
  ) as RegExpExecArray;
  return (
    `${call.address} - ${call.user === '' ? '-' : escaped(call.user)} ` +
    `[${day}/${MONTHS[Number(month) - 1]}/${year}:${time} +0000] ` +
    `"${call.method} ${escaped(call.path)} HTTP/1.1" ${call.status} 12 "-" "agent" ` +
    `${(call.durationMs / 1_000).toFixed(3)}\n`
  );
}

/** As nginx does. */
function escaped(text: string): string {
  return text.replace(
    /["\\]/g,
    (sign) => `\\x${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
