import { readdirSync, readFileSync } from "node:fs";

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Gone meanwhile.
    return "";
  }
};

/** Whether a process lives; one that waits to be collected (a zombie) does not. */
export const isAlive = (pid: number): boolean => {
  const state = /\) (\S)/.exec(read(`/proc/${pid}/stat`))?.[1];
  return state !== undefined && state !== "Z" && state !== "X";
};

/** Ids of the key processes that a process has started. Linux only. */
export const keyProcessesOf = (parent: number): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => /\) \S (\d+)/.exec(read(`/proc/${name}/stat`))?.[1] === String(parent))
    .filter((name) => read(`/proc/${name}/cmdline`).includes("key-process"))
    .map(Number)
    .filter(isAlive);

/** Milliseconds of CPU of a process's first thread so far, which is where software keys are worked with. */
export const cpuOf = (pid: number): number =>
  Number(read(`/proc/${pid}/schedstat`).split(" ")[0]) / 1e6;

/** What anybody who lists processes can see of one: arguments and environment. */
export const visibleOf = (pid: number): string =>
  read(`/proc/${pid}/cmdline`) + read(`/proc/${pid}/environ`);

/** Waits until `condition` holds; fails after `patience` milliseconds. */
export const until = async (condition: () => boolean, patience = 5_000): Promise<void> => {
  const end = Date.now() + patience;
  while (!condition()) {
    if (Date.now() > end) throw new Error("it did not come about in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
