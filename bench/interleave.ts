// Contenders take turns, and the order is reversed from round to round: what else the machine does
// in the meantime strikes all of them alike.

type Contender = () => unknown;
type ResultsOf<Contenders extends readonly Contender[]> = {
  -readonly [Index in keyof Contenders]: Awaited<ReturnType<Contenders[Index]>>[];
};

/** What every contender measured, by round; a round before those warms up. */
export async function interleave<const Contenders extends readonly Contender[]>(
  contenders: Contenders,
  nRounds: number,
): Promise<ResultsOf<Contenders>> {
  for (const measure of contenders) await measure();
  return takeTurns(contenders, nRounds);
}

/** The same without a round that warms up, for contenders that start anew each time. */
export async function takeTurns<const Contenders extends readonly Contender[]>(
  contenders: Contenders,
  nRounds: number,
): Promise<ResultsOf<Contenders>> {
  const results = contenders.map((): unknown[] => []);
  for (let round = 0; round < nRounds; round++) {
    const order = round % 2 === 0 ? [...contenders.keys()] : [...contenders.keys()].reverse();
    for (const i of order) results[i].push(await contenders[i]());
  }
  return results as ResultsOf<Contenders>;
}
