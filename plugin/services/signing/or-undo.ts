/** Notes how something that was just made is unmade. */
export type Undo = (step: () => Promise<void>) => void;

/**
 * Runs `work`. When it fails, what it noted is done, the latest first, and its failure goes on; a step that fails in turn leaves something
 * that nothing refers to.
 */
export const orUndo = async <T>(work: (undo: Undo) => Promise<T>): Promise<T> => {
  const steps: (() => Promise<void>)[] = [];
  try {
    return await work((step) => void steps.push(step));
  } catch (failure) {
    for (const step of steps.reverse()) await Promise.allSettled([step()]);
    throw failure;
  }
};
