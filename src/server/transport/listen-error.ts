// Why a server cannot listen, in the words of the one who started it.
import { AnomalyPredictorError } from '../../errors.js';
import type { ListenOptions } from '../http.js';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'no such host',
};

export function listenError(
  { host, port }: ListenOptions,
  cause: NodeJS.ErrnoException,
): AnomalyPredictorError {
  const reason = REASONS[cause.code ?? ''] ?? cause.message;
  const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new AnomalyPredictorError(
    'bad-option',
    `cannot listen on ${place}: ${reason}`,
    {},
    { cause },
  );
}
