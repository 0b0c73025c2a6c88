// What a tracker should say, recounted from all calls at each of them: slow, and with no memory to save.
import type { Answer, Call } from '../../src/traffic/call.js';
import type { Session, SessionGroup } from '../../src/traffic/session/session.js';

const PANES = 4;

/** What happened in a window, which begins anew where a call lies beyond its reach. */
class RecountedWindow<Event extends { readonly timeMs: number }> {
  readonly #paneMs: number;
  #newest = Number.NaN;
  #events: Event[] = [];

  constructor(windowMs: number) {
    this.#paneMs = windowMs / PANES;
  }

  /** Whether the window began anew with it. */
  add(event: Event): boolean {
    const pane = this.#paneOf(event);
    const beginsAnew = !(Math.abs(pane - this.#newest) < PANES);
    if (beginsAnew) this.#events = [];
    this.#newest = beginsAnew ? pane : Math.max(this.#newest, pane);
    this.#events.push(event);
    return beginsAnew;
  }

  /** An event that moves nothing, and is none of a window that it is not in. */
  addBehind(event: Event): void {
    if (Math.abs(this.#paneOf(event) - this.#newest) < PANES) this.#events.push(event);
  }

  held(): Event[] {
    return this.#events.filter((event) => {
      const age = this.#newest - this.#paneOf(event);
      return age >= 0 && age < PANES;
    });
  }

  #paneOf({ timeMs }: Event): number {
    return Math.floor(timeMs / this.#paneMs);
  }
}

type CallOrAnswer = Call | Answer;

interface RecountedSession {
  readonly window: RecountedWindow<CallOrAnswer>;
  startMs: number;
  totalCalls: number;
}

export class RecountedSessions {
  readonly #windowMs: number;
  readonly #sessions = new Map<string, RecountedSession>();
  readonly #groups = new Map<string, RecountedWindow<Call>>();

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  record(call: Call): Session {
    const { timeMs, client, route, addressType, source } = call;
    const session = this.#sessions.get(client) ?? {
      window: new RecountedWindow(this.#windowMs),
      startMs: timeMs,
      totalCalls: 0,
    };
    this.#sessions.set(client, session);
    if (session.window.add(call)) Object.assign(session, { startMs: timeMs, totalCalls: 0 });
    session.totalCalls++;
    const events = session.window.held();
    const calls = events.filter((event) => 'route' in event);
    const answers = events.filter((event) => 'status' in event);
    return {
      client,
      route,
      addressType,
      source,
      startMs: session.startMs,
      totalCalls: session.totalCalls,
      calls: calls.length,
      firstMs: Math.min(...calls.map((one) => one.timeMs)),
      lastMs: Math.max(...calls.map((one) => one.timeMs)),
      routes: distinct(calls.map((one) => one.route)),
      clientErrors: answers.filter(({ status }) => status >= 400 && status < 500).length,
      serverErrors: answers.filter(({ status }) => status >= 500).length,
      durationMs: answers.reduce((sum, { durationMs }) => sum + durationMs, 0),
      group: this.#recordInGroup(call),
    };
  }

  answered(answer: Answer): void {
    this.#sessions.get(answer.client)?.window.addBehind(answer);
  }

  #recordInGroup(call: Call): SessionGroup {
    const group = this.#groups.get(call.group) ?? new RecountedWindow<Call>(this.#windowMs);
    this.#groups.set(call.group, group);
    group.add(call);
    const calls = group.held();
    return {
      sessions: distinct(calls.map(({ client }) => client)),
      users: distinct(calls.map(({ user }) => user).filter((user) => user !== '')),
      routes: distinct(calls.map(({ route }) => route)),
    };
  }
}

function distinct(texts: readonly string[]): number {
  return new Set(texts).size;
}
