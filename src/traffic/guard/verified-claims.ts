// Claims of a token that an authentication before the guard has verified. The guard itself never decodes a token: what
// it would read there, anyone could have written.

type Claims = Readonly<Record<string, unknown>>;

/** @param auth `request.auth`: the claims, or what holds them as `payload`; @param user `request.user` */
export function verifiedClaims(auth: unknown, user: unknown): Claims | undefined {
  const held = asClaims(auth);
  return asClaims(held?.payload) ?? held ?? asClaims(user);
}

function asClaims(value: unknown): Claims | undefined {
  return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
}
