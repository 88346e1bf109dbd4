import { css, html, LitElement, nothing, svg, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { define } from "./define.ts";
import { count } from "./format.ts";
import { styles } from "./styles.ts";
import { tableStyles } from "./table-styles.ts";

/** One bar; `over` is the part of it that is bad news. */
export interface Bar {
  /** `2027-01-31` */
  readonly day: string;
  readonly value: number;
  readonly over?: number;
  readonly href?: string;
}

const WIDTH = 480;
const HEIGHT = 160;
const LEFT = 38;
const BOTTOM = 20;
const TOP = 8;
const months = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});

/** Bars by day with their table one key away. */
export class ChartElement extends LitElement {
  static override styles = [
    styles,
    tableStyles,
    css`
      svg {
        display: block;
        inline-size: 100%;
        block-size: auto;
        overflow: visible;
      }
      text {
        fill: var(--quiet);
        font-size: 11px;
        font-family: var(--font);
      }
      .axis {
        stroke: var(--line);
      }
      .bar {
        fill: var(--accent);
      }
      .bar.soft {
        fill: color-mix(in oklab, var(--accent) 45%, var(--surface));
      }
      .over {
        fill: var(--bad);
      }
      a:hover rect,
      a:focus rect {
        fill-opacity: 0.75;
      }
      .hit {
        fill: transparent;
      }
      .read {
        min-block-size: 1.5em;
        font-size: 0.8125rem;
        color: var(--quiet);
      }
      .scroll {
        max-block-size: 18rem;
        overflow: auto;
        margin-block-start: var(--unit);
      }
    `,
  ];

  @property({ attribute: false }) bars: readonly Bar[] = [];
  /** What a bar counts: "ending". */
  @property() unit = "";
  @property() overUnit = "";
  @property({ type: Boolean }) soft = false;
  @state() private pointed: Bar | undefined;

  override render(): TemplateResult {
    const { bars } = this;
    const total = bars.reduce((sum, { value }) => sum + value, 0);
    const top = niceTop(Math.max(1, ...bars.map(({ value }) => value)));
    const step = (WIDTH - LEFT) / Math.max(1, bars.length);
    const y = (value: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
    return html`
      <div class="read" aria-hidden="true">
        ${this.pointed === undefined ? `${count(total)} ${this.unit} in ${bars.length} days` : this.#said(this.pointed)}
      </div>
      <svg
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        role="img"
        aria-label="${count(total)} ${this.unit} in ${bars.length} days; the table below has the numbers"
        @pointerleave=${() => (this.pointed = undefined)}
      >
        ${(top % 2 === 0 ? [0, top / 2, top] : [0, top]).map(
          (value) => svg`
            <line class="axis" x1=${LEFT} x2=${WIDTH} y1=${y(value)} y2=${y(value)}></line>
            <text x=${LEFT - 6} y=${y(value) + 4} text-anchor="end">${short(value)}</text>`,
        )}
        ${bars.map((bar, index) => this.#bar(bar, LEFT + index * step, step, y))}
        ${bars
          .map((bar, index) => ({ bar, index }))
          .filter(
            ({ index }) =>
              index % Math.max(1, Math.ceil(bars.length / 5)) === 0 && index < bars.length * 0.95,
          )
          .map(
            ({ bar, index }) =>
              svg`<text x=${LEFT + index * step} y=${HEIGHT - 4}>${months.format(new Date(bar.day))}</text>`,
          )}
      </svg>
      <details>
        <summary class="small quiet">As a table</summary>
        <div class="scroll table">
          <table>
            <thead>
              <tr>
                <th>Day (UTC)</th>
                <th class="end">${this.unit}</th>
                ${this.overUnit === "" ? nothing : html`<th class="end">${this.overUnit}</th>`}
              </tr>
            </thead>
            <tbody>
              ${bars
                .filter(({ value }) => value > 0)
                .map(
                  ({ day, value, over = 0, href }) =>
                    html`<tr>
                      <td data-label="Day">
                        ${href === undefined ? day : html`<a href=${href}>${day}</a>`}
                      </td>
                      <td class="end" data-label=${this.unit}>${count(value)}</td>
                      ${this.overUnit === "" ? nothing : html`<td class="end" data-label=${this.overUnit}>${count(over)}</td>`}
                    </tr>`,
                )}
            </tbody>
          </table>
          ${total === 0 ? html`<p class="empty">None in this time.</p>` : nothing}
        </div>
      </details>
    `;
  }

  #said({ day, value, over = 0 }: Bar): string {
    return `${months.format(new Date(day))}: ${count(value)} ${this.unit}${over > 0 ? `, ${count(over)} ${this.overUnit}` : ""}`;
  }

  #bar(bar: Bar, x: number, step: number, y: (value: number) => number): TemplateResult {
    const { value, over = 0 } = bar;
    const width = Math.max(1, step - 2);
    const bottom = y(0);
    return svg`<g @pointerenter=${() => (this.pointed = bar)}>
      <rect class="hit" x=${x} y=${TOP} width=${step} height=${bottom - TOP}></rect>
      ${value === 0 ? nothing : svg`<rect class="bar ${this.soft ? "soft" : ""}" rx="1" x=${x} y=${y(value)} width=${width} height=${Math.max(1, bottom - y(value))}></rect>`}
      ${over === 0 ? nothing : svg`<rect class="over" rx="1" x=${x} y=${y(over)} width=${width} height=${Math.max(1, bottom - y(over))}></rect>`}
    </g>`;
  }
}
define("cs-chart", ChartElement);

const niceTop = (most: number): number => {
  const size = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 4, 5, 10].find((factor) => factor * size >= most) ?? 10;
  return Math.max(2, step * size);
};

const short = (value: number): string =>
  value >= 1_000_000
    ? `${value / 1_000_000}M`
    : value >= 10_000
      ? `${value / 1000}k`
      : count(value);
