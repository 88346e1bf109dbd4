import { html, type TemplateResult } from "lit";
import type { Tone } from "../app/app.ts";
import { visible } from "./format.ts";
import { icon, type IconName } from "./icon.ts";

const ICONS: Record<Tone, IconName> = {
  good: "check",
  warn: "alert",
  bad: "cross",
  info: "clock",
  quiet: "minus",
};

/** Never colour alone: a drawing, a word, and the colour. */
export const status = (tone: Tone, word: TemplateResult | string): TemplateResult =>
  html`<span class="status ${tone}">${icon(ICONS[tone])}<span>${word}</span></span>`;

/** A box that says something about what is around it. */
export const note = (
  tone: "good" | "warn" | "bad" | "info",
  text: TemplateResult | string,
): TemplateResult =>
  html`<div class="note ${tone}">
    ${icon(tone === "info" ? "info" : ICONS[tone])}
    <div>${typeof text === "string" ? visible(text) : text}</div>
  </div>`;
