import type { CertificateProfile } from "../../plugin/sdk.ts";
import codesigning from "./profiles/codesigning.json" with { type: "json" };
import intune from "./profiles/intune.json" with { type: "json" };
import mdmws from "./profiles/mdmws.json" with { type: "json" };
import multiuse from "./profiles/multiuse.json" with { type: "json" };
import privatessl from "./profiles/privatessl.json" with { type: "json" };
import scep from "./profiles/scep.json" with { type: "json" };
import smartcard from "./profiles/smartcard.json" with { type: "json" };
import smime from "./profiles/smime.json" with { type: "json" };
import wstep from "./profiles/wstep.json" with { type: "json" };

type Shipped = Omit<CertificateProfile, "origin" | "version" | "createdAt" | "updatedAt">;

/** They are part of the program and were never made by anybody. */
const BEGINNING = new Date(0);

/**
 * The certificate profiles that are shipped, group by group. Of cmp, esim, est, mobile and v2g no member has been published; codesigning and
 * smartcard hold one of our own each.
 */
export const certificateProfiles = (): readonly CertificateProfile[] =>
  // JSON modules are typed by their widest types; the tests check each one against the rules for profiles.
  (
    [
      ...codesigning,
      ...intune,
      ...mdmws,
      ...multiuse,
      ...privatessl,
      ...scep,
      ...smartcard,
      ...smime,
      ...wstep,
    ] as readonly Shipped[]
  ).map((profile) => ({
    ...profile,
    origin: "system",
    version: 1,
    createdAt: BEGINNING,
    updatedAt: BEGINNING,
  }));
