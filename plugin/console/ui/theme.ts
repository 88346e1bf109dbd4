import { css } from "lit";

/**
 * Colours and sizes of the whole console, once, as custom properties that its shadow roots inherit. A host page sets the `--countersign-*`
 * ones (docs/console.md); the `--wa-*` ones are what the component library reads.
 */
export const theme = css`
  :host {
    color-scheme: light dark;
    --accent: var(--countersign-accent, light-dark(#1d5fa8, #7fb4f2));
    --on-accent: var(--countersign-on-accent, light-dark(#ffffff, #0b1b2e));
    --accent-quiet: color-mix(in oklab, var(--accent) 11%, var(--surface));
    --page: var(--countersign-page, light-dark(#f5f6f8, #14171c));
    --surface: var(--countersign-surface, light-dark(#ffffff, #1b1f26));
    --sunken: light-dark(#f0f2f5, #15191f);
    --line: var(--countersign-line, light-dark(#dfe3e8, #313844));
    --line-strong: light-dark(#8791a0, #76808f);
    --text: var(--countersign-text, light-dark(#1b2330, #e6eaf0));
    --quiet: light-dark(#566070, #a3adbb);
    --good: light-dark(#1b6e3c, #6fcf97);
    --good-quiet: light-dark(#e5f4ea, #17301f);
    --warn: light-dark(#875000, #f0b95b);
    --warn-quiet: light-dark(#fdf1da, #35280f);
    --bad: light-dark(#b3261e, #ff9a90);
    --bad-quiet: light-dark(#fcebea, #3b1a18);
    --info: light-dark(#1d5fa8, #7fb4f2);
    --info-quiet: light-dark(#e8f1fb, #17273a);
    --font: var(
      --countersign-font,
      ui-sans-serif,
      system-ui,
      "Segoe UI",
      Roboto,
      Helvetica,
      Arial,
      sans-serif
    );
    --mono: var(
      --countersign-mono,
      ui-monospace,
      "SF Mono",
      Menlo,
      Consolas,
      "DejaVu Sans Mono",
      monospace
    );
    --radius: var(--countersign-radius, 8px);
    --unit: var(--countersign-unit, 8px);
    --shadow: 0 1px 2px light-dark(rgb(16 24 40 / 6%), rgb(0 0 0 / 40%));
    --focus: var(--accent);

    --wa-font-family-body: var(--font);
    --wa-font-size-3xs: 0.6875rem;
    --wa-font-size-xs: 0.75rem;
    --wa-font-size-s: 0.8125rem;
    --wa-font-size-m: 0.875rem;
    --wa-font-size-l: 1rem;
    --wa-font-size-xl: 1.125rem;
    --wa-font-size-smaller: 0.875em;
    --wa-font-weight-semibold: 500;
    --wa-font-weight-action: 500;
    --wa-font-weight-heading: 600;
    --wa-line-height-condensed: 1.25;
    --wa-line-height-normal: 1.5;
    --wa-space-2xs: 0.25rem;
    --wa-space-xs: 0.5rem;
    --wa-space-m: 1rem;
    --wa-space-l: 1.25rem;
    --wa-space-xl: 1.5rem;
    --wa-space-2xl: 2rem;
    --wa-border-style: solid;
    --wa-border-width-s: 1px;
    --wa-border-width-l: 2px;
    --wa-border-radius-s: 4px;
    --wa-border-radius-m: calc(var(--radius) * 0.75);
    --wa-border-radius-pill: 9999px;
    --wa-panel-border-width: 1px;
    --wa-panel-border-style: solid;
    --wa-panel-border-radius: var(--radius);
    --wa-focus-ring: 2px solid var(--focus);
    --wa-focus-ring-offset: 2px;
    --wa-transition-easing: ease;
    --wa-transition-fast: 75ms;
    --wa-transition-normal: 120ms;
    --wa-shadow-m: 0 4px 12px rgb(0 0 0 / 12%);
    --wa-shadow-l: 0 12px 32px rgb(0 0 0 / 22%);
    --wa-form-control-height: 2.25rem;
    --wa-form-control-padding-inline: 0.75rem;
    --wa-form-control-padding-block: 0.4rem;
    --wa-form-control-border-width: 1px;
    --wa-form-control-border-style: solid;
    --wa-form-control-border-radius: calc(var(--radius) * 0.75);
    --wa-form-control-border-color: var(--line-strong);
    --wa-form-control-background-color: var(--surface);
    --wa-form-control-activated-color: var(--accent);
    --wa-form-control-toggle-size: 1.1rem;
    --wa-form-control-value-color: var(--text);
    --wa-form-control-value-line-height: 1.4;
    --wa-form-control-label-color: var(--text);
    --wa-form-control-label-font-weight: 500;
    --wa-form-control-label-line-height: 1.4;
    --wa-form-control-hint-color: var(--quiet);
    --wa-form-control-hint-font-weight: 400;
    --wa-form-control-hint-line-height: 1.4;
    --wa-tooltip-background-color: var(--text);
    --wa-tooltip-content-color: var(--surface);
    --wa-tooltip-border-width: 0px;
    --wa-tooltip-border-style: solid;
    --wa-tooltip-border-color: transparent;
    --wa-tooltip-border-radius: 4px;
    --wa-tooltip-arrow-size: 5px;
    --wa-tooltip-font-size: 0.75rem;
    --wa-tooltip-line-height: 1.4;
    --wa-color-text-normal: var(--text);
    --wa-color-text-quiet: var(--quiet);
    --wa-color-surface-default: var(--surface);
    --wa-color-surface-raised: var(--surface);
    --wa-color-surface-border: var(--line);
    --wa-color-overlay-modal: light-dark(rgb(20 28 40 / 45%), rgb(0 0 0 / 65%));
    --wa-color-mix-hover: var(--text) 8%;
    --wa-color-mix-active: var(--text) 14%;

    --wa-color-brand-fill-quiet: var(--accent-quiet);
    --wa-color-brand-fill-normal: var(--accent-quiet);
    --wa-color-brand-fill-loud: var(--accent);
    --wa-color-brand-border-quiet: var(--line);
    --wa-color-brand-border-normal: var(--accent);
    --wa-color-brand-border-loud: var(--accent);
    --wa-color-brand-on-quiet: var(--accent);
    --wa-color-brand-on-normal: var(--accent);
    --wa-color-brand-on-loud: var(--on-accent);
    --wa-color-neutral-fill-quiet: var(--sunken);
    --wa-color-neutral-fill-normal: var(--sunken);
    --wa-color-neutral-fill-loud: var(--quiet);
    --wa-color-neutral-border-quiet: var(--line);
    --wa-color-neutral-border-normal: var(--line);
    --wa-color-neutral-border-loud: var(--line-strong);
    --wa-color-neutral-on-quiet: var(--text);
    --wa-color-neutral-on-normal: var(--text);
    --wa-color-neutral-on-loud: var(--surface);
    --wa-color-danger-fill-quiet: var(--bad-quiet);
    --wa-color-danger-fill-normal: var(--bad-quiet);
    --wa-color-danger-fill-loud: light-dark(#b3261e, #ff9a90);
    --wa-color-danger-border-quiet: var(--bad-quiet);
    --wa-color-danger-border-normal: var(--bad);
    --wa-color-danger-border-loud: var(--bad);
    --wa-color-danger-on-quiet: var(--bad);
    --wa-color-danger-on-normal: var(--bad);
    --wa-color-danger-on-loud: light-dark(#ffffff, #3b0a06);
    --wa-color-warning-fill-quiet: var(--warn-quiet);
    --wa-color-warning-fill-normal: var(--warn-quiet);
    --wa-color-warning-fill-loud: var(--warn);
    --wa-color-warning-border-quiet: var(--warn-quiet);
    --wa-color-warning-border-normal: var(--warn);
    --wa-color-warning-border-loud: var(--warn);
    --wa-color-warning-on-quiet: var(--warn);
    --wa-color-warning-on-normal: var(--warn);
    --wa-color-warning-on-loud: var(--surface);
    --wa-color-success-fill-quiet: var(--good-quiet);
    --wa-color-success-fill-normal: var(--good-quiet);
    --wa-color-success-fill-loud: var(--good);
    --wa-color-success-border-quiet: var(--good-quiet);
    --wa-color-success-border-normal: var(--good);
    --wa-color-success-border-loud: var(--good);
    --wa-color-success-on-quiet: var(--good);
    --wa-color-success-on-normal: var(--good);
    --wa-color-success-on-loud: var(--surface);
  }
  :host([theme="light"]) {
    color-scheme: light;
  }
  :host([theme="dark"]) {
    color-scheme: dark;
  }
`;
