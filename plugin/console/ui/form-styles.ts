import { css } from "lit";

/** Native controls, since phones and screen readers know them; they look like the library's. */
export const formStyles = css`
  .fields {
    display: grid;
    gap: calc(var(--unit) * 2);
    grid-template-columns: minmax(0, 1fr);
  }
  fieldset {
    border: 0;
    margin: 0;
    padding: 0;
    min-inline-size: 0;
  }
  legend {
    padding: 0;
    font-weight: 600;
    margin-block-end: calc(var(--unit) * 1.25);
  }
  .field {
    display: grid;
    gap: 4px;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
  }
  .field > label,
  .field > .label {
    font-weight: 500;
  }
  .field .help {
    overflow-wrap: anywhere;
    color: var(--quiet);
    font-size: 0.8125rem;
    line-height: 1.4;
  }
  .field .fault {
    color: var(--bad);
    font-size: 0.8125rem;
    display: flex;
    gap: 4px;
  }
  .field .not-taken {
    color: var(--bad);
    font-size: 0.8125rem;
  }
  .drop {
    display: flex;
    flex-wrap: wrap;
    gap: 4px var(--unit);
    align-items: center;
    max-inline-size: 34rem;
    border-radius: calc(var(--radius) * 0.75);
  }
  .drop.over {
    outline: 2px dashed var(--accent);
    outline-offset: 3px;
  }
  .drop .not-taken {
    flex-basis: 100%;
  }
  .need::after {
    content: " *" / "";
    color: var(--bad);
  }
  input[type="file"] {
    max-inline-size: 100%;
    font: inherit;
    font-size: 0.8125rem;
    color: var(--quiet);
  }
  ::file-selector-button {
    font: inherit;
    font-weight: 500;
    color: var(--text);
    background: var(--surface);
    border: 1px solid var(--line-strong);
    border-radius: calc(var(--radius) * 0.75);
    min-block-size: 2rem;
    padding-inline: 0.75rem;
    margin-inline-end: var(--unit);
    cursor: pointer;
  }
  ::file-selector-button:hover {
    background: var(--sunken);
  }
  .mark {
    font-size: 0.75rem;
    font-weight: 400;
    color: var(--quiet);
    margin-inline-start: 6px;
  }
  input:not([type="checkbox"], [type="radio"], [type="file"]),
  select,
  textarea {
    inline-size: 100%;
    max-inline-size: 34rem;
    min-block-size: 2.25rem;
    padding: 0.35rem 0.65rem;
    font: inherit;
    color: var(--text);
    background: var(--surface);
    border: 1px solid var(--line-strong);
    border-radius: calc(var(--radius) * 0.75);
  }
  textarea {
    min-block-size: 5rem;
    resize: vertical;
  }
  .pattern {
    font-family: var(--mono);
    font-size: 0.8125rem;
  }
  :is(input, select, textarea)[aria-invalid="true"] {
    border-color: var(--bad);
  }
  :is(input, select, textarea):disabled,
  input[readonly] {
    background: var(--sunken);
    border-color: var(--line);
  }
  input[type="checkbox"],
  input[type="radio"] {
    accent-color: var(--accent);
    inline-size: 1rem;
    block-size: 1rem;
    margin: 0;
    flex: none;
  }
  .check {
    display: flex;
    gap: var(--unit);
    align-items: baseline;
  }
  .check input {
    translate: 0 2px;
  }
  .checks {
    display: flex;
    flex-wrap: wrap;
    gap: 6px calc(var(--unit) * 2);
  }
  .lines {
    display: grid;
    gap: 6px;
  }
  .line {
    display: flex;
    gap: 6px;
    align-items: center;
    max-inline-size: 34rem;
  }
  .line > :is(input, select) {
    flex: 1 1 8rem;
    inline-size: auto;
    min-inline-size: 0;
  }
  .lines {
    grid-template-columns: minmax(0, 1fr);
  }
  @media (max-width: 640px) {
    .line {
      flex-wrap: wrap;
      padding-block-end: var(--unit);
      border-block-end: 1px solid var(--line);
    }
    .line > :is(input, select) {
      flex-basis: calc(100% - 3rem);
    }
  }
  .close {
    gap: 4px;
  }
  .insert {
    display: flex;
    align-items: center;
    gap: 4px;
    color: var(--quiet);
  }
  .insert select {
    inline-size: auto;
    max-inline-size: 100%;
    min-block-size: 1.75rem;
    padding-block: 0;
    font-size: 0.8125rem;
    border-color: var(--line);
    color: var(--quiet);
  }
  progress {
    display: block;
    inline-size: 100%;
    block-size: 0.75rem;
    accent-color: var(--accent);
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--unit);
    align-items: center;
    margin-block-start: calc(var(--unit) * 2);
  }
`;
