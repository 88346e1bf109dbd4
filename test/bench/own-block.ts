import { readFileSync } from "node:fs";

/** Nanoseconds that the main thread has run so far. */
const ranFor = (): number =>
  Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "latin1").split(" ")[0]);

/**
 * The longest that the main thread ran between two turns of its loop, in milliseconds of its own CPU: on a machine that is shared the plain delay of the loop also
 * tells how long others ran.
 */
export const ownBlocks = () => {
  let longest = 0;
  let before = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    start: (): void => {
      clearInterval(timer);
      longest = 0;
      before = ranFor();
      timer = setInterval(() => {
        const now = ranFor();
        longest = Math.max(longest, now - before);
        before = now;
      }, 1);
    },
    stop: (): number => {
      clearInterval(timer);
      return longest / 1e6;
    },
  };
};
