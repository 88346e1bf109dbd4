import { html, svg, type TemplateResult } from "lit";

/** Strokes on a grid of 24. */
const PATHS = {
  overview: "M4 19a9 9 0 1 1 16 0M12 14l4-5M12 15.5v.01",
  start: "M5 21V4M5 5h12l-2.5 4L17 13H5",
  device: "M7 3h10a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2",
  certificate: "M4 4h16v11H4zM7.5 8h9M7.5 11h5M15 14v7l2-1.5 2 1.5v-7",
  authority: "M4 4h16v6H4zM4 14h16v6H4zM7.5 7v.01M7.5 17v.01M11 7h5.5M11 17h5.5",
  template: "M4 4h16v5H4zM4 13h7v7H4zM15 13h5v7h-5z",
  endpoint:
    "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.7-5.7l-1.2 1.2M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.7 5.7l1.2-1.2",
  profile: "M12 3l8 3v6c0 4.5-3.3 7.7-8 9-4.7-1.3-8-4.5-8-9V6zM8.5 12l2.5 2.5 4.5-5",
  approval: "M4 13l3-8h10l3 8v6H4zM4 13h5l1.5 2.5h3L15 13h5",
  event: "M8 6h12M8 12h12M8 18h12M4 6v.01M4 12v.01M4 18v.01",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.5 2.5-6 6-6s6 2.5 6 6M16 4.5a3.5 3.5 0 0 1 0 6M17.5 14.3c2 .8 3.5 3 3.5 5.7",
  settings:
    "M4 7h9M17 7h3M4 17h3M11 17h9M15 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM9 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5",
  plus: "M12 5v14M5 12h14",
  check: "M5 12.5l4.5 4.5L19 7",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  cross: "M6 6l12 12M18 6L6 18",
  alert: "M12 4l9 16H3zM12 10v4M12 17v.01",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8v.01",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
  minus: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12h8",
  key: "M8 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 12h9M17.5 12v4M21 12v3",
  download: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4 20h16",
  play: "M7 4.5v15l12-7.5z",
  back: "M14.5 5.5L8 12l6.5 6.5",
  next: "M9.5 5.5L16 12l-6.5 6.5",
  refresh: "M20 11a8 8 0 1 0-1.5 6M20 4v7h-7",
  edit: "M4 20l1-4.5L16.5 4 20 7.5 8.5 19z",
  bin: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5",
  theme: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 3v18M12 7l5.5-2M12 12h9M12 17l5.5 2",
  leave: "M14 4H5v16h9M10 12h11M17 8l4 4-4 4",
  menu: "M4 7h16M4 12h16M4 17h16",
} as const;
export type IconName = keyof typeof PATHS;

/** A drawing that screen readers pass over: the word beside it says the same. */
export const icon = (name: IconName): TemplateResult => html`
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    ${svg`<path d=${PATHS[name]}></path>`}
  </svg>
`;
