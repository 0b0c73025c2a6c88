// The plain one among the many writings of a path: what routers may take for another path and still send to the handler
// of that one.

/** `/Login`, `/%6cogin` and `/x/../login` reach the handler of `/login`. */
const MANY_WRITINGS = /[A-Z%\\]|\/\.{1,2}(?:[/?#]|$)/;

export function hasPlainerWriting(path: string): boolean {
  return MANY_WRITINGS.test(path);
}

export function plainPath(path: string): string {
  try {
    const url = path.startsWith('/') ? `http://a${path}` : path;
    return decodeURI(new URL(url).pathname).toLowerCase();
  } catch {
    return path.toLowerCase();
  }
}

/** Of all writings of a route one; HEAD reaches the handlers of GET. A text that is no method and path stays as it is. */
export function plainRoute(route: string): string {
  const [, method, path] = /^([A-Z]+) (\/.*)$/.exec(route) ?? [];
  if (method === undefined) return route;
  const plain = hasPlainerWriting(path) ? plainPath(path) : path;
  return `${method === 'HEAD' ? 'GET' : method} ${plain}`;
}
