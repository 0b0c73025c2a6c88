// A line of a log as the tracker takes it: a call and how it was answered at once.
import type { Answer, Call } from '../call.js';
import { ByteText } from './byte-text.js';

export interface LoggedCall extends Call, Answer {}

/** What a line says, before it is known whose call it is; one record serves all lines. */
export interface LogLine {
  timeMs: number;
  /** With or without a port. */
  readonly address: ByteText;
  /** Empty where there is none. */
  readonly user: ByteText;
  /** Method, a blank, and the path or URL with or without its query. */
  readonly request: ByteText;
  /** 0 where it is not known. */
  status: number;
  durationMs: number;
  /** The request's own; empty where there is none. */
  readonly id: ByteText;
  /** What `sessionKey` names; empty where there is none. */
  readonly key: ByteText;
}

/** A call, a line about something else, or what makes a line unusable. */
export type LineReading =
  | 'call'
  | 'no request'
  | 'neither combined nor JSON'
  | 'not JSON'
  | 'no time'
  | 'no client address'
  | 'no status';

export function emptyLine(): LogLine {
  return {
    timeMs: 0,
    address: new ByteText(),
    user: new ByteText(),
    request: new ByteText(),
    status: 0,
    durationMs: 0,
    id: new ByteText(),
    key: new ByteText(),
  };
}
