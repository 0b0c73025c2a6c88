// Who calls the shop. What the detector is required to see, to leave alone, and what it may not see is told apart here.

export const NORMAL_KINDS = [
  'browser',
  'searcher',
  'buyer',
  'mobile',
  'impatient',
  'office',
  'partner',
] as const;
/** Attacks that must be flagged. */
export const ATTACK_KINDS = ['scraper', 'stuffing', 'enumeration', 'flood'] as const;
/** Attacks that look like customers, or make too few calls from one address to be judged. */
export const QUIET_KINDS = [
  'headless-scraper',
  'slow-bot',
  'human-paced-scraper',
  'distributed-scraper',
  'distributed-stuffing',
] as const;

export type NormalKind = (typeof NORMAL_KINDS)[number];
export type AttackKind = (typeof ATTACK_KINDS)[number];
export type QuietKind = (typeof QUIET_KINDS)[number];
export type ClientKind = NormalKind | AttackKind | QuietKind;

export function isNormal(kind: ClientKind): kind is NormalKind {
  return (NORMAL_KINDS as readonly string[]).includes(kind);
}

export function isAttack(kind: ClientKind): kind is AttackKind {
  return (ATTACK_KINDS as readonly string[]).includes(kind);
}
