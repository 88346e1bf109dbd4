import { html, type TemplateResult } from "lit";
import { daysUntil, expiry } from "./format.ts";
import { status } from "./status.ts";

/** The one badge for every end (O-07): green from 30 days on, amber from 7, red below, and EXPIRED; the exact time on hover. */
export const expiryBadge = (iso: string, now = new Date()): TemplateResult => {
  const days = daysUntil(iso, now);
  const text = expiry(iso, now);
  const badge =
    days < 0
      ? status("bad", text.replace("Expired", "EXPIRED"))
      : status(days < 7 ? "bad" : days < 30 ? "warn" : "good", text);
  return html`<time datetime=${iso} title=${new Date(iso).toISOString()}>${badge}</time>`;
};
