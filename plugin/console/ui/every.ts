import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Does something again and again while its element is there and somebody can see the page; at once when they come back to it. */
export class Every implements ReactiveController {
  #timer: ReturnType<typeof setInterval> | undefined;
  #due = 0;

  constructor(
    host: ReactiveControllerHost,
    private readonly milliseconds: number,
    private readonly work: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.#look);
    this.#due = Date.now() + this.milliseconds;
    this.#look();
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.#look);
    this.#stop();
  }

  readonly #look = (): void => {
    this.#stop();
    if (document.hidden) return;
    if (Date.now() >= this.#due) this.#run();
    this.#timer = setInterval(() => this.#run(), this.milliseconds);
  };

  #run(): void {
    this.#due = Date.now() + this.milliseconds;
    this.work();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
