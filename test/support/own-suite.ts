/** The suite whose `before` hook runs: what it opens there can register its own end with it, and what is to hold after each test. */
export const ownSuite = (hook: Mocha.Context): Mocha.Suite => {
  const suite = hook.test?.parent;
  if (suite === undefined) throw new Error("only a hook of a suite has one");
  return suite;
};
