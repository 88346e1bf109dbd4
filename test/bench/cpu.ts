import { readdirSync, readFileSync } from "node:fs";

/** /proc/stat counts hundredths of a second. */
const TICK_MS = 10;

const lines = (path: string): string[] => {
  try {
    return readFileSync(path, "latin1").split("\n");
  } catch {
    // Processes and threads end while we look.
    return [];
  }
};

const childrenOf = (pid: number): number[] =>
  list(`/proc/${pid}/task`).flatMap((task) =>
    (lines(`/proc/${pid}/task/${task}/children`)[0] ?? "").split(" ").filter(Boolean).map(Number),
  );

const list = (path: string): string[] => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

/** A process and everything below it. */
export const treeOf = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(treeOf)];

/** Milliseconds of CPU of one process so far, by the scheduler's own nanoseconds. */
export const cpuOf = (pid: number): number =>
  list(`/proc/${pid}/task`).reduce(
    (sum, task) =>
      sum + Number((lines(`/proc/${pid}/task/${task}/schedstat`)[0] ?? "0").split(" ")[0]) / 1e6,
    0,
  );

/** Resident memory of one process, MiB, shared pages counted once for each process that has them. */
export const memoryOf = (pid: number): number => {
  const line = lines(`/proc/${pid}/status`).find((text) => text.startsWith("VmRSS:")) ?? "0";
  return Number(/\d+/.exec(line)?.[0] ?? 0) / 1024;
};

/** Milliseconds of CPU of the whole machine so far: worked, and taken away by the hypervisor. */
export const machineCpu = (): { readonly busy: number; readonly stolen: number } => {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (
    lines("/proc/stat")[0] ?? ""
  )
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return {
    busy: (user + nice + system + irq + softirq) * TICK_MS,
    stolen: steal * TICK_MS,
  };
};
