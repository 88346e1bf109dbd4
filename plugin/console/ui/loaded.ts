import { html, type ReactiveController, type ReactiveControllerHost } from "lit";
import { problemNote } from "./problem-note.ts";

/** Something asked from the API: the shape of what comes while it loads, the problem when it failed, else what `show` makes of it. */
export class Loaded<T> implements ReactiveController {
  value: T | undefined;
  #failure: unknown;
  #turn = 0;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly load: () => Promise<T>,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    // The view asks when it knows where it is.
  }

  /** Asks again; what is shown stays until the answer is there. A later question wins over an earlier one. */
  async reload(): Promise<void> {
    const turn = (this.#turn += 1);
    this.#failure = undefined;
    this.host.requestUpdate();
    try {
      const value = await this.load();
      if (turn === this.#turn) this.value = value;
    } catch (failure) {
      if (turn === this.#turn) this.#failure = failure;
    }
    this.host.requestUpdate();
  }

  /** Goes on from what is shown; nothing comes of it where it was asked for anew meanwhile. */
  async extend(more: () => Promise<T>): Promise<void> {
    const turn = this.#turn;
    const value = await more();
    if (turn === this.#turn) this.set(value);
  }

  set(value: T): void {
    this.#turn += 1;
    this.#failure = undefined;
    this.value = value;
    this.host.requestUpdate();
  }

  show(render: (value: T) => unknown, lines = 4): unknown {
    if (this.#failure !== undefined) return problemNote(this.#failure, () => void this.reload());
    if (this.value !== undefined) return render(this.value);
    return html`<div class="stack tight" role="status" aria-busy="true" aria-label="Loading">
      ${Array.from({ length: lines }, () => html`<span class="skeleton"></span>`)}
    </div>`;
  }
}
