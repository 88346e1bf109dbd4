/** Does `count` pieces of work, at most sixteen at a time; results in order. */
export const inParallel = async <T>(
  count: number,
  work: (index: number) => Promise<T>,
): Promise<T[]> => {
  const results: T[] = [];
  let at = 0;
  const lane = async (): Promise<void> => {
    while (at < count) {
      const index = at++;
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(16, count) }, lane));
  return results;
};
