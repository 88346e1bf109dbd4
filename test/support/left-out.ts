/** The reason stands in the output, where a skipped test shows its title only. */
const tell = (context: Mocha.Context, reason: string): never => {
  const title = context.test?.fullTitle() ?? "?";
  process.stderr.write(`SKIPPED: ${title}: ${reason}\n`);
  return context.skip();
};

/** Whether this run has to have everything, as `npm run test:deps` brings it. */
export const inCi = (): boolean => !["", "false", undefined].includes(process.env["CI"]);

/** Leaves a test or suite out for want of a tool, saying which; where CI is set it fails instead. */
export const leftOut = (context: Mocha.Context, missing: string): never => {
  if (inCi()) throw new Error(`${missing}: run npm run test:deps`);
  return tell(context, `${missing}; run npm run test:deps`);
};

/** Leaves a test out because what is tested cannot do it by its nature, saying why; in CI too. */
export const cannotDo = (context: Mocha.Context, reason: string): never => tell(context, reason);
