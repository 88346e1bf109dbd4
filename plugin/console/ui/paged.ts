import { html, nothing, type ReactiveControllerHost, type TemplateResult } from "lit";
import { count } from "./format.ts";
import { Loaded } from "./loaded.ts";

interface Page<T> {
  readonly items: readonly T[];
  readonly cursor?: string | undefined;
}

/** A long list: the first page, and more of it when somebody asks; never slower at its end than at its beginning. */
export class Paged<T> {
  readonly #pages: Loaded<Page<T>>;
  #more = false;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly load: (cursor: string | undefined) => Promise<Page<T>>,
    private readonly failed: (failure: unknown) => void,
  ) {
    this.#pages = new Loaded(host, () => load(undefined));
  }

  get items(): readonly T[] | undefined {
    return this.#pages.value?.items;
  }

  reload(): Promise<void> {
    return this.#pages.reload();
  }

  show(render: (items: readonly T[]) => unknown): unknown {
    return this.#pages.show(
      ({ items, cursor }) => html`${render(items)}${this.#foot(items.length, cursor)}`,
      8,
    );
  }

  #foot(shown: number, cursor: string | undefined): TemplateResult | typeof nothing {
    if (shown === 0 && cursor === undefined) return nothing;
    return html`<div class="foot">
      <span role="status"
        >${count(shown)} shown${cursor === undefined ? "" : ", there are more"}</span
      >
      ${
        cursor === undefined
          ? nothing
          : html`<wa-button
              size="s"
              appearance="outlined"
              ?loading=${this.#more}
              @click=${() => void this.#next(cursor)}
              >Show more</wa-button
            >`
      }
    </div>`;
  }

  async #next(cursor: string): Promise<void> {
    if (this.#more) return;
    this.#more = true;
    this.host.requestUpdate();
    try {
      await this.#pages.extend(async () => {
        const { items, cursor: next } = await this.load(cursor);
        return { items: [...(this.items ?? []), ...items], cursor: next };
      });
    } catch (failure) {
      this.failed(failure);
    } finally {
      this.#more = false;
      this.host.requestUpdate();
    }
  }
}
