/** What is quicker than that is noise. */
const leastMs = 5;
const tries = 3;

/**
 * How many times as long work takes that is `times` as large, at most: by the processor's time, and of
 * several tries the shortest. In proportion, it is about `times`; quadratic, its square.
 */
export function growth(work: (size: number) => void, size: number, times = 8): number {
  const small = shortest(() => work(size));
  return shortest(() => work(size * times)) / Math.max(small, leastMs);
}

/** Above what work in proportion comes to on any machine, below what quadratic work does. */
export const inProportion = 32;

function shortest(work: () => void): number {
  const taken = Array.from({ length: tries }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...taken);
}
