/** What goes on until it is stopped. */
export interface Following {
  readonly signal: AbortSignal;
  /** Says on standard error why the server does not answer; the same reason once until `went`. */
  readonly onAway: (why: string) => void;
  /** It answers again. */
  readonly went: () => void;
  /** Lets go of the signals. */
  readonly end: () => void;
}

/** Ends by the first SIGINT or SIGTERM; a second one then ends the process as ever. */
export const following = (): Following => {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  let said = "";
  return {
    signal: stopping.signal,
    onAway: (why) => {
      if (said !== why) process.stderr.write(`${why}; trying again\n`);
      said = why;
    },
    went: () => {
      said = "";
    },
    end: () => {
      process.removeListener("SIGINT", stop).removeListener("SIGTERM", stop);
    },
  };
};
