import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { CertificateRequest } from "../../api/calls.ts";

/** How long a text rests before it is read. */
const REST_MS = 250;

/** What the request that stands in a form asks for: read by the server once its text rests. `done` is told each time that changes. */
export class RequestReader implements ReactiveController {
  contents: CertificateRequest | undefined;
  #text = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    host: ReactiveControllerHost,
    private readonly read: (csr: string) => Promise<CertificateRequest>,
    private readonly done: (contents: CertificateRequest | undefined, failure: unknown) => void,
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  /** The text as it stands now. */
  take(text: string): void {
    if (text.trim() === this.#text) return;
    this.#text = text.trim();
    clearTimeout(this.#timer);
    this.#tell(undefined, undefined);
    if (this.#text !== "") this.#timer = setTimeout(() => void this.#ask(this.#text), REST_MS);
  }

  async #ask(text: string): Promise<void> {
    try {
      const contents = await this.read(text);
      if (text === this.#text) this.#tell(contents, undefined);
    } catch (failure) {
      if (text === this.#text) this.#tell(undefined, failure);
    }
  }

  #tell(contents: CertificateRequest | undefined, failure: unknown): void {
    this.contents = contents;
    this.done(contents, failure);
  }
}
