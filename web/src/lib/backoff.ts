/** Milliseconds to wait before the given attempt (0 is the first): doubles up to `most`, with full jitter in its upper half. */
export function backoff(attempt: number, random = Math.random, first = 400, most = 15_000): number {
  const ceiling = Math.min(most, first * 2 ** Math.min(attempt, 16));
  return ceiling / 2 + (ceiling / 2) * random();
}
