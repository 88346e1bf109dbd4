import { css } from "lit";

/** What every view looks like; read together with `theme`. */
export const styles = css`
  :host {
    display: block;
    font-family: var(--font);
    font-size: 0.875rem;
    line-height: 1.5;
    color: var(--text);
    font-variant-numeric: tabular-nums;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  pre {
    margin: 0;
  }
  h1 {
    font-size: 1.375rem;
    font-weight: 600;
    line-height: 1.3;
    letter-spacing: -0.01em;
  }
  h2 {
    font-size: 1rem;
    font-weight: 600;
  }
  h3 {
    font-size: 0.875rem;
    font-weight: 600;
  }
  a {
    color: var(--accent);
    text-decoration: none;
  }
  a:hover,
  :is(p, dd, li) a {
    text-decoration: underline;
  }
  :is(a, button, input, select, textarea, summary, [tabindex]):focus-visible,
  input[type="date"]:focus-within,
  input[type="datetime-local"]:focus-within {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
    border-radius: 3px;
  }
  bdi {
    overflow-wrap: anywhere;
  }
  .icon {
    inline-size: 1.15em;
    block-size: 1.15em;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.8;
    stroke-linecap: round;
    stroke-linejoin: round;
    vertical-align: -0.2em;
  }
  .mono {
    font-family: var(--mono);
    font-size: 0.925em;
    overflow-wrap: anywhere;
  }
  .quiet {
    color: var(--quiet);
  }
  .small {
    font-size: 0.8125rem;
  }
  .copyable {
    display: inline-flex;
    align-items: center;
    gap: 2px;
    max-inline-size: 100%;
  }
  cs-copy-button {
    margin-block: -6px;
    flex: none;
  }
  .nowrap {
    white-space: nowrap;
  }
  .stack {
    display: grid;
    gap: calc(var(--unit) * 2);
    grid-template-columns: minmax(0, 1fr);
  }
  .tight {
    gap: var(--unit);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--unit);
  }
  .spread {
    justify-content: space-between;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-start;
    justify-content: space-between;
    gap: calc(var(--unit) * 1.5) calc(var(--unit) * 2);
    margin-block-end: calc(var(--unit) * 2.5);
  }
  .head > div:first-child {
    min-inline-size: min(100%, 16rem);
    flex: 1;
  }
  .head p {
    color: var(--quiet);
    margin-block-start: 2px;
    max-inline-size: 70ch;
  }
  .crumb {
    display: inline-flex;
    align-items: center;
    gap: 2px;
    margin-block-end: 4px;
    font-size: 0.8125rem;
  }
  .card {
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    box-shadow: var(--shadow);
    padding: calc(var(--unit) * 2) calc(var(--unit) * 2.5);
    min-inline-size: 0;
  }
  .card > h2 {
    margin-block-end: calc(var(--unit) * 1.25);
  }
  .cards {
    display: grid;
    gap: calc(var(--unit) * 2);
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr));
  }
  .halves {
    display: grid;
    gap: calc(var(--unit) * 2);
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr));
    align-items: start;
  }
  .halves.form {
    grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
  }
  .halves.form > div {
    position: sticky;
    inset-block-start: calc(var(--unit) * 2);
  }
  dl.facts {
    display: grid;
    grid-template-columns: minmax(6rem, 8.5rem) minmax(0, 1fr);
    gap: calc(var(--unit) * 0.75) calc(var(--unit) * 2);
  }
  dl.facts dt {
    color: var(--quiet);
  }
  .status {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    font-weight: 500;
    white-space: nowrap;
    vertical-align: bottom;
  }
  .good {
    color: var(--good);
  }
  .warn {
    color: var(--warn);
  }
  .bad {
    color: var(--bad);
  }
  .info {
    color: var(--info);
  }
  .note {
    display: flex;
    gap: var(--unit);
    padding: calc(var(--unit) * 1.25) calc(var(--unit) * 1.5);
    border-radius: var(--radius);
    border: 1px solid transparent;
    background: var(--info-quiet);
    border-color: color-mix(in oklab, var(--info) 30%, transparent);
  }
  .note > .icon {
    color: var(--info);
    margin-block-start: 2px;
  }
  .note > div {
    min-inline-size: 0;
    color: var(--text);
  }
  .note.bad {
    background: var(--bad-quiet);
    border-color: color-mix(in oklab, var(--bad) 35%, transparent);
  }
  .note.warn {
    background: var(--warn-quiet);
    border-color: color-mix(in oklab, var(--warn) 35%, transparent);
  }
  .note.good {
    background: var(--good-quiet);
    border-color: color-mix(in oklab, var(--good) 35%, transparent);
  }
  .note.bad > .icon {
    color: var(--bad);
  }
  .note.warn > .icon {
    color: var(--warn);
  }
  .note.good > .icon {
    color: var(--good);
  }
  .skeleton {
    display: block;
    border-radius: 4px;
    background: var(--sunken);
    min-block-size: 1.2em;
  }
  .code {
    display: block;
    font-family: var(--mono);
    font-size: 0.8125rem;
    background: var(--sunken);
    border-radius: calc(var(--radius) * 0.75);
    padding: var(--unit) calc(var(--unit) * 1.5);
    overflow-x: auto;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (max-width: 900px) {
    .halves.form {
      grid-template-columns: minmax(0, 1fr);
    }
    .halves.form > div {
      position: static;
    }
  }
  @media (max-width: 640px) {
    dl.facts {
      grid-template-columns: minmax(0, 1fr);
      gap: 0;
    }
    dl.facts dd {
      margin-block-end: var(--unit);
    }
    .card {
      padding: calc(var(--unit) * 1.5) calc(var(--unit) * 2);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
      animation: none !important;
    }
  }
`;
