// Which HTTP server answers: uWebSockets.js where it loads, else node:http.
import type { Listen, Listener } from '../http.js';
import { listenWithNodeHttp } from './node-transport.js';
import { listenWithUws, loadUws } from './uws-transport.js';

/** 'auto' falls back to node:http, with one line of warning, where uWebSockets.js does not load. */
export function chooseTransport(preferred: 'auto' | Listener['transport']): Listen {
  if (preferred === 'uWebSockets.js') return listenWithUws;
  if (preferred === 'node:http') return listenWithNodeHttp;
  return async (application, options) => {
    try {
      await loadUws();
    } catch (error) {
      const reason = (error as Error).message;
      console.warn(
        `${reason}: serving with node:http, at about half the single requests per second`,
      );
      return listenWithNodeHttp(application, options);
    }
    return listenWithUws(application, options);
  };
}
