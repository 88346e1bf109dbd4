import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

/** A process of ours that answers questions over IPC, one at a time. */
export interface Worker<Questions> {
  readonly pid: number;
  ask<Name extends keyof Questions & string>(
    name: Name,
    ...question: Parameters<Extract<Questions[Name], AnyAnswer>>
  ): Promise<Awaited<ReturnType<Extract<Questions[Name], AnyAnswer>>>>;
  /** Ends when the process has gone. */
  end(): Promise<void>;
}

type AnyAnswer = (...question: never[]) => unknown;

interface Envelope {
  readonly name: string;
  readonly question: readonly unknown[];
}
type Answer = { readonly value: unknown } | { readonly failure: string };

/** Starts a compiled entry of this folder. */
export const startWorker = <Questions>(
  folder: string,
  entry: string,
  execArgv: readonly string[] = [],
): Worker<Questions> => {
  const child: ChildProcess = fork(join(folder, `${entry}.js`), [], {
    execArgv: [...execArgv],
    serialization: "advanced",
  });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    pid: child.pid ?? 0,
    ask: (name, ...question) =>
      new Promise((resolve, reject) => {
        const onExit = (): void => reject(new Error(`${entry} has ended`));
        child.once("exit", onExit);
        child.once("message", (answer: Answer) => {
          child.off("exit", onExit);
          if ("failure" in answer) reject(new Error(`${entry}: ${answer.failure}`));
          else resolve(answer.value as never);
        });
        child.send({ name, question } satisfies Envelope);
      }),
    end: () => {
      if (child.connected) child.disconnect();
      return gone;
    },
  };
};

/** The other side: answers until the parent disconnects, then `close` is called. */
export const serveWorker = (
  answers: Readonly<Record<string, AnyAnswer>>,
  close: () => Promise<void>,
): void => {
  process.on("message", ({ name, question }: Envelope) => {
    const answering = async (): Promise<Answer> => {
      try {
        return { value: await answers[name]?.(...(question as never[])) };
      } catch (failure) {
        return { failure: failure instanceof Error ? (failure.stack ?? "") : String(failure) };
      }
    };
    void answering().then((answer) => process.send?.(answer));
  });
  process.once("disconnect", () => void close());
};
