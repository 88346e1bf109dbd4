import { html, type TemplateResult } from "lit";
import { endTone } from "./end-tone.ts";
import { when } from "./format.ts";
import { status } from "./status.ts";

/** The badge of O-07, with the exact time on hover; `words`: in place of "ends in 23 days". */
export const expiryBadge = (iso: string, words?: string): TemplateResult => {
  const tone = endTone(iso);
  return tone === "over"
    ? status("bad", words ?? html`Expired ${when(iso)}`)
    : status(tone, words ?? html`ends ${when(iso)}`);
};
