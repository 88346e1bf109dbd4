import type { TemplateDraft } from "../../plugin/sdk.ts";
import codeSigning from "./code-signing.json" with { type: "json" };
import mdmIdentity from "./mdm-identity.json" with { type: "json" };
import smartCard from "./smart-card.json" with { type: "json" };
import smimeEncryption from "./smime-encryption.json" with { type: "json" };
import smimeSigning from "./smime-signing.json" with { type: "json" };
import vpn from "./vpn.json" with { type: "json" };
import wifiEapTls from "./wifi-eap-tls.json" with { type: "json" };

/** A template to start from: all that a template says but its authority. */
export interface StarterTemplate extends TemplateDraft {
  readonly id: string;
  readonly name: string;
  /** One sentence for the pick list. */
  readonly description: string;
}

/** The templates that are shipped, in the order of the pick list. */
export const starterTemplates = (): readonly StarterTemplate[] =>
  // JSON modules are typed by their widest types; the tests check each one against the template rules.
  [
    wifiEapTls,
    vpn,
    mdmIdentity,
    smimeSigning,
    smimeEncryption,
    codeSigning,
    smartCard,
  ] as readonly StarterTemplate[];
