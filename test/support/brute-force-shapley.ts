// Shapley values by their definition: the mean over all orders of the players of what each adds to those before it.

/** `worthOf`: value of the coalition of those for whom `isIn` is true. For few players: it tries all subsets for each. */
export function shapleyValues(
  nPlayers: number,
  worthOf: (isIn: (player: number) => boolean) => number,
): number[] {
  const valueByCoalition = Array.from({ length: 2 ** nPlayers }, (_, coalition) =>
    worthOf((player) => hasPlayer(coalition, player)),
  );
  const players = Array.from({ length: nPlayers }, (_, player) => player);
  return players.map((player) =>
    valueByCoalition.reduce((sum, value, coalition) => {
      if (hasPlayer(coalition, player)) return sum;
      const size = players.filter((other) => hasPlayer(coalition, other)).length;
      const orders = factorial(size) * factorial(nPlayers - size - 1);
      const share = orders / factorial(nPlayers);
      return sum + share * (valueByCoalition[coalition + 2 ** player] - value);
    }, 0),
  );
}

function hasPlayer(coalition: number, player: number): boolean {
  return Math.floor(coalition / 2 ** player) % 2 === 1;
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
