const KEY = "countersign.console";

/** Which console somebody works with is no secret, and asked too often. */
export const lastShape = (): string | undefined => {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
};

export const keepShape = (id: string): void => {
  try {
    localStorage.setItem(KEY, id);
  } catch {
    // A browser that forbids storage asks again.
  }
};
