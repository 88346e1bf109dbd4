/**
 * Runs what is given in one turn of the event loop at its end, in order. Answers that are written side by side wake up whoever waits for them
 * (a proxy on this machine) once, which costs as much as an answer that was made before. Nothing that is given may throw.
 */
export const together = (): ((act: () => void) => void) => {
  let held: (() => void)[] = [];
  const runAll = (): void => {
    const acts = held;
    held = [];
    for (const act of acts) act();
  };
  return (act) => {
    if (held.push(act) === 1) setImmediate(runAll);
  };
};
