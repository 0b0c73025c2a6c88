// A line of a log as the tracker takes it: a call and how it was answered at once.
import type { Answer, Call } from '../call.js';

export interface LoggedCall extends Call, Answer {}

/** What a line says, before it is known whose call it is; one record serves all lines. */
export interface LogLine {
  timeMs: number;
  address: string;
  /** Empty where there is none. */
  user: string;
  method: string;
  /** With or without its query. */
  path: string;
  /** 0 where it is not known. */
  status: number;
  durationMs: number;
  /** The request's own; empty where there is none. */
  id: string;
  /** What `sessionKey` names; empty where there is none. */
  key: string;
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
    address: '',
    user: '',
    method: '',
    path: '',
    status: 0,
    durationMs: 0,
    id: '',
    key: '',
  };
}
