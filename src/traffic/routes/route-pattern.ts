// Templates that the user or the framework knows: `/products/:id`, `GET /files/*`.
import { AnomalyPredictorError, showValue } from '../../errors.js';

interface Node {
  readonly literals: Map<string, Node>;
  parameter?: Node;
  /** By method, or `*` for any: the template that ends here. */
  readonly ends: Map<string, string>;
  /** The same of one whose last segment is `*`. */
  readonly tails: Map<string, string>;
}

const ANY_METHOD = '*';
/** Segments of Express, Fastify and Hono, of OpenAPI, and of Flask. */
const PARAMETER = /^:|^\{.*\}$|^<.*>$/;

export class RoutePatterns {
  readonly #root = emptyNode();

  /** @throws AnomalyPredictorError 'bad-option' that names the template */
  constructor(templates: readonly string[]) {
    for (const template of templates) this.#add(template);
  }

  /** The template of a path by its segments: the one with the literal where another has a parameter. */
  find(method: string, segments: readonly string[]): string | undefined {
    return find(this.#root, method, segments, 0);
  }

  #add(text: string): void {
    const [, method = ANY_METHOD, template] = /^(?:([A-Z]+)\s+)?(\/\S*)$/.exec(text.trim()) ?? [];
    if (template === undefined) {
      throw new AnomalyPredictorError(
        'bad-option',
        `routes: expected a template such as "GET /products/:id", got ${showValue(text)}`,
        { field: 'routes', value: text },
      );
    }
    let node = this.#root;
    for (const segment of template.split('/').filter(Boolean)) {
      if (segment === '*') {
        node.tails.set(method, template);
        return;
      }
      node = PARAMETER.test(segment) ? parameterOf(node) : literalOf(node, segment);
    }
    node.ends.set(method, template);
  }
}

function find(
  node: Node,
  method: string,
  segments: readonly string[],
  at: number,
): string | undefined {
  const tail = () => node.tails.get(method) ?? node.tails.get(ANY_METHOD);
  if (at === segments.length) return node.ends.get(method) ?? node.ends.get(ANY_METHOD) ?? tail();
  const literal = node.literals.get(segments[at]);
  const found =
    (literal && find(literal, method, segments, at + 1)) ??
    (node.parameter && find(node.parameter, method, segments, at + 1));
  return found ?? tail();
}

function literalOf(node: Node, segment: string): Node {
  let next = node.literals.get(segment);
  if (next === undefined) {
    next = emptyNode();
    node.literals.set(segment, next);
  }
  return next;
}

function parameterOf(node: Node): Node {
  node.parameter ??= emptyNode();
  return node.parameter;
}

function emptyNode(): Node {
  return { literals: new Map(), ends: new Map(), tails: new Map() };
}
