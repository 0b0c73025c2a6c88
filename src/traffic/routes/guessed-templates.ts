// Templates of paths of which no template is known. What looks like an id becomes `:id`; and where a place in the paths
// has shown many different words, which then are ids as well, further ones do. So a client that makes up paths makes
// neither routes without end nor memory.
import { ownText } from '../own-text.js';

interface Node {
  readonly template: string;
  readonly children: Map<string, Node>;
}

const ID = ':id';
/** Where a path goes on deeper than anyone's routes do. */
const DEEPER = '*';
const MOST_SEGMENTS = 12;
/** Words that one place may have before any other is taken for an id. */
const MOST_WORDS = 64;
const MOST_TEMPLATES = 4_096;
const LONGEST_WORD = 40;
/** Letters and few signs, with at most two digits at the end: `products`, `v1`, `oauth2`, `logo.png`. */
const WORD = /^[A-Za-z_.~-]+\d{0,2}$/;

export class GuessedTemplates {
  readonly #root: Node = { template: '', children: new Map() };
  #size = 0;

  /** Of a path by its segments. */
  of(segments: readonly string[]): string {
    let node = this.#root;
    const depth = Math.min(segments.length, MOST_SEGMENTS);
    for (let at = 0; at < depth; at++) node = this.#next(node, segments[at]);
    if (segments.length > MOST_SEGMENTS) node = this.#child(node, DEEPER);
    return node.template === '' ? '/' : node.template;
  }

  #next(node: Node, segment: string): Node {
    const known = node.children.get(segment);
    if (known !== undefined) return known;
    const isWord =
      segment.length <= LONGEST_WORD && WORD.test(segment) && node.children.size < MOST_WORDS;
    return this.#child(node, isWord ? segment : ID);
  }

  /** A full memory ends the template at what is known of the path. */
  #child(node: Node, name: string): Node {
    let child = node.children.get(name);
    if (child === undefined) {
      if (this.#size === MOST_TEMPLATES) return node;
      const own = ownText(name);
      child = { template: ownText(`${node.template}/${own}`), children: new Map() };
      node.children.set(own, child);
      this.#size++;
    }
    return child;
  }
}
