import { html, type TemplateResult } from "lit";
import { endTone } from "./end-tone.ts";
import { expiry } from "./format.ts";
import { status } from "./status.ts";

/** The one badge for every end (O-07), with the exact time on hover; `words`: in place of "Expires in 23 days" and "EXPIRED 2 days ago". */
export const expiryBadge = (iso: string, words?: string): TemplateResult => {
  const tone = endTone(iso);
  const text = words ?? expiry(iso).replace("Expired", "EXPIRED");
  const badge = status(tone === "over" ? "bad" : tone, text);
  return html`<time datetime=${iso} title=${new Date(iso).toISOString()}>${badge}</time>`;
};
