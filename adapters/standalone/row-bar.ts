import type { WriteStream } from "node:tty";
import { Presets, SingleBar } from "cli-progress";

/** Progress by rows, or whatever `unit` says. */
export interface RowBar {
  /** `what` is a phase: each has a bar of its own. */
  update(what: string, detail: string, done: number, total: number, unit?: string): void;
  stop(): void;
}

/** Of a phase, the least that a further plain line stands for. */
const LINE_EVERY = 0.1;

/** A bar on a terminal; everywhere else a plain line for each tenth. */
export const rowBar = (stream: WriteStream): RowBar =>
  stream.isTTY ? drawn(stream) : plain(stream);

const drawn = (stream: WriteStream): RowBar => {
  let bar: SingleBar | undefined;
  let phase = "";
  const stop = (): void => bar?.stop();
  return {
    update: (what, detail, done, total, unit = "rows") => {
      if (phase !== what) {
        stop();
        phase = what;
        bar = new SingleBar(
          {
            stream,
            format: `${what} {bar} {percentage}% {value}/{total} ${unit}, {eta_formatted} left  {detail}`,
            hideCursor: true,
            gracefulExit: false,
          },
          Presets.shades_classic,
        );
        bar.start(total, done, { detail });
      } else bar?.update(done, { detail });
    },
    stop,
  };
};

const plain = (stream: WriteStream): RowBar => {
  let phase = "";
  let said = 0;
  return {
    update: (what, detail, done, total, unit = "rows") => {
      if (phase === what && done < total && done - said < total * LINE_EVERY) return;
      if (phase === what && done === said) return;
      [phase, said] = [what, done];
      stream.write(`${what} ${done}/${total} ${unit}${detail === "" ? "" : ` (${detail})`}\n`);
    },
    stop: () => undefined,
  };
};
