import { html, nothing, type TemplateResult } from "lit";
import { link } from "../../app/route.ts";

const PROFILE = "profile:";

/** Where a certificate's names and usages come from: a template, or for one that was issued by hand its profile. */
export const templateLink = (templateId: string | undefined): TemplateResult | typeof nothing => {
  if (templateId === undefined) return nothing;
  const profile = templateId.startsWith(PROFILE) ? templateId.slice(PROFILE.length) : undefined;
  return profile === undefined
    ? html`<a href=${link(["templates", templateId])}>${templateId}</a>`
    : html`<span class="small"
        >profile <a href=${link(["profiles", profile])}>${profile}</a></span
      >`;
};
