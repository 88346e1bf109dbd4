import { css } from "lit";

/** The frame: navigation at the side, or on top where there is no room. */
export const consoleStyles = css`
  :host {
    background: var(--page);
    min-block-size: 100%;
    container-type: inline-size;
  }
  .frame {
    display: grid;
    grid-template-columns: 13.5rem minmax(0, 1fr);
    min-block-size: var(--countersign-height, 100vh);
  }
  .side {
    position: sticky;
    inset-block-start: 0;
    block-size: var(--countersign-height, 100vh);
    overflow-y: auto;
    background: var(--surface);
    border-inline-end: 1px solid var(--line);
    padding: calc(var(--unit) * 2) calc(var(--unit) * 1.5);
    display: flex;
    flex-direction: column;
    gap: calc(var(--unit) * 1.5);
  }
  .brand {
    display: flex;
    align-items: center;
    gap: var(--unit);
    font-weight: 600;
    font-size: 1rem;
    padding-inline: var(--unit);
    color: var(--text);
  }
  .brand:hover {
    text-decoration: none;
  }
  .brand .icon {
    color: var(--accent);
    inline-size: 1.4rem;
    block-size: 1.4rem;
  }
  .find {
    display: flex;
    position: relative;
  }
  .find .icon {
    position: absolute;
    inset-inline-start: 9px;
    inset-block-start: 9px;
    color: var(--quiet);
  }
  .find input {
    padding-inline-start: 2rem;
    min-block-size: 2.125rem;
  }
  nav {
    display: flex;
    flex-direction: column;
    gap: calc(var(--unit) * 1.5);
  }
  nav ul {
    list-style: none;
    padding: 0;
    display: grid;
    gap: 1px;
  }
  nav ul + ul {
    border-block-start: 1px solid var(--line);
    padding-block-start: calc(var(--unit) * 1.5);
  }
  nav li a {
    text-decoration: none;
  }
  nav a {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 6px var(--unit);
    border-radius: calc(var(--radius) * 0.75);
    color: var(--text);
  }
  nav a .icon {
    color: var(--quiet);
  }
  nav a:hover {
    background: var(--sunken);
    text-decoration: none;
  }
  nav a[aria-current="page"] {
    background: var(--accent-quiet);
    color: var(--accent);
    font-weight: 500;
  }
  nav a[aria-current="page"] .icon {
    color: inherit;
  }
  nav .number {
    margin-inline-start: auto;
    min-inline-size: 1.25rem;
    padding-inline: 6px;
    border-radius: 999px;
    background: var(--warn-quiet);
    color: var(--warn);
    font-size: 0.75rem;
    text-align: center;
  }
  .who {
    margin-block-start: auto;
    border-block-start: 1px solid var(--line);
    padding: calc(var(--unit) * 1.5) var(--unit) 0;
    font-size: 0.8125rem;
  }
  .who .quiet {
    overflow-wrap: anywhere;
  }
  .plain {
    font: inherit;
    color: var(--accent);
    background: none;
    border: 0;
    padding: 0;
    cursor: pointer;
  }
  main {
    padding: calc(var(--unit) * 3) calc(var(--unit) * 4) calc(var(--unit) * 6);
    min-inline-size: 0;
    max-inline-size: 84rem;
    inline-size: 100%;
  }
  .bare main {
    padding: 0;
  }
  .skip {
    position: absolute;
    inset-inline-start: -999rem;
  }
  .skip:focus {
    inset: var(--unit) auto auto var(--unit);
    z-index: 10;
    background: var(--surface);
    padding: var(--unit);
  }
  .said {
    position: fixed;
    inset-block-end: calc(var(--unit) * 2);
    inset-inline-end: calc(var(--unit) * 2);
    z-index: 20;
    display: grid;
    gap: var(--unit);
    max-inline-size: min(26rem, calc(100vw - 32px));
  }
  .said .note {
    box-shadow: var(--wa-shadow-l);
  }
  .said .note > div {
    flex: 1;
    display: flex;
    gap: var(--unit);
    justify-content: space-between;
    align-items: start;
  }
  .offline {
    background: var(--warn-quiet);
    color: var(--warn);
    padding: 6px calc(var(--unit) * 2);
    text-align: center;
  }
  .burger {
    display: none;
  }
  @container (max-width: 56rem) {
    .frame {
      grid-template-columns: minmax(0, 1fr);
      grid-template-rows: auto 1fr;
    }
    .side {
      position: static;
      block-size: auto;
      border-inline-end: 0;
      border-block-end: 1px solid var(--line);
      gap: var(--unit);
      padding-block: var(--unit);
    }
    .top {
      display: flex;
      align-items: center;
      justify-content: space-between;
    }
    .burger {
      display: inline-flex;
    }
    .side:not(.open) > :not(.top) {
      display: none;
    }
    main {
      padding: calc(var(--unit) * 2) calc(var(--unit) * 2) calc(var(--unit) * 5);
    }
  }
`;
