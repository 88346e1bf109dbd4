/** Milliseconds of CPU, over all threads, that the work took. */
export const cpuOf = async (work: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

/** The same, the least of up to three runs: compiling and collecting garbage now and then cost more than any message. */
export const leastCpuOf = async (work: () => Promise<unknown>, enough: number): Promise<number> => {
  let least = Infinity;
  for (let run = 0; run < 3 && least > enough; run++) least = Math.min(least, await cpuOf(work));
  return least;
};
