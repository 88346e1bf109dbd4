import type { WriteStream } from "node:tty";
import { Presets, SingleBar } from "cli-progress";

/** Progress by steps. */
export interface StepBar {
  step(step: number, of: number, message: string): void;
  stop(): void;
}

/** A bar on a terminal; one plain line a step everywhere else. */
export const stepBar = (stream: WriteStream): StepBar => {
  if (!stream.isTTY) {
    return {
      step: (step, of, message) => void stream.write(`${step}/${of} ${message}\n`),
      stop: () => undefined,
    };
  }
  const bar = new SingleBar(
    { stream, format: "{bar} {value}/{total} {message}", hideCursor: true, gracefulExit: false },
    Presets.shades_classic,
  );
  let started = false;
  return {
    step: (step, of, message) => {
      if (started) bar.update(step, { message });
      else bar.start(of, step, { message });
      started = true;
    },
    stop: () => {
      if (started) bar.stop();
    },
  };
};
