import { css } from "lit";

/** Dense tables that become cards where there is no room. */
export const tableStyles = css`
  .table {
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    box-shadow: var(--shadow);
    overflow-x: auto;
  }
  table {
    inline-size: 100%;
    border-collapse: collapse;
    text-align: start;
  }
  th {
    text-align: start;
    font-weight: 500;
    font-size: 0.8125rem;
    color: var(--quiet);
    background: var(--surface);
    padding: var(--unit) calc(var(--unit) * 1.5);
    border-block-end: 1px solid var(--line);
    white-space: nowrap;
  }
  td {
    padding: calc(var(--unit) * 0.9) calc(var(--unit) * 1.5);
    border-block-end: 1px solid var(--line);
    vertical-align: top;
    overflow-wrap: anywhere;
  }
  tr:last-child > td {
    border-block-end: 0;
  }
  tbody tr:hover {
    background: color-mix(in oklab, var(--accent) 4%, transparent);
  }
  td.end,
  th.end {
    text-align: end;
  }
  td > .under {
    display: block;
    font-size: 0.8125rem;
    color: var(--quiet);
  }
  .foot {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--unit);
    flex-wrap: wrap;
    padding: var(--unit) calc(var(--unit) * 1.5);
    border-block-start: 1px solid var(--line);
    color: var(--quiet);
    font-size: 0.8125rem;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    gap: var(--unit);
    align-items: center;
    margin-block-end: calc(var(--unit) * 1.5);
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-block-size: 1.875rem;
    padding-inline: 0.75rem;
    border: 1px solid var(--line);
    border-radius: 999px;
    background: var(--surface);
    color: var(--text);
    font: inherit;
    font-size: 0.8125rem;
    cursor: pointer;
    text-decoration: none;
  }
  .chip:hover {
    border-color: var(--line-strong);
    text-decoration: none;
  }
  .chip[aria-current="true"],
  .chip[aria-pressed="true"] {
    background: var(--accent-quiet);
    border-color: var(--accent);
    color: var(--accent);
    font-weight: 500;
  }
  .empty {
    padding: calc(var(--unit) * 4) calc(var(--unit) * 2);
    text-align: center;
    color: var(--quiet);
  }
  @media (max-width: 640px) {
    .table {
      overflow: visible;
    }
    table,
    tbody,
    tr,
    td {
      display: block;
    }
    thead {
      display: none;
    }
    tr {
      padding: var(--unit) 0;
      border-block-end: 1px solid var(--line);
    }
    td {
      border: 0;
      padding: 3px calc(var(--unit) * 1.5);
      display: grid;
      grid-template-columns: 6.5rem minmax(0, 1fr);
      gap: var(--unit);
    }
    td::before {
      content: attr(data-label);
      color: var(--quiet);
      font-size: 0.8125rem;
    }
    td .status {
      white-space: normal;
    }
    td.end {
      text-align: start;
    }
    td > .under {
      grid-column: 2;
    }
  }
`;
