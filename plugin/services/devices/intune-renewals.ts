import type { Certificate } from "../../domain/certificate.ts";
import type { Deployment } from "../../domain/deployment.ts";
import type { Device } from "../../domain/device.ts";
import { parseRenewalWindow, renewalWindowStart } from "../../domain/renewal-window.ts";
import type { Template } from "../../domain/template.ts";
import type { TimelineEntry } from "./timeline-entries.ts";

/** A device with all that is known of its certificates. */
export interface IntuneDevice {
  readonly device: Pick<Device, "platform">;
  readonly certificates: readonly Certificate[];
  readonly deployments: readonly Pick<Deployment, "templateId" | "state">[];
  readonly templates: readonly Template[];
  readonly now: Date;
}

/**
 * What is left to people where Intune renews (L-06): Windows and Android do it by themselves near the end and need nothing, Apple's systems only
 * inside the window and unlocked, and never afterwards. Intune's are templates written in its words that no host of ours brings to the device.
 */
export const intuneRenewals = (of: IntuneDevice): readonly TimelineEntry[] =>
  of.device.platform !== "apple"
    ? []
    : of.certificates.flatMap((certificate) => hintOf(certificate, of) ?? []);

const hintOf = (
  certificate: Certificate,
  { certificates, deployments, templates, now }: IntuneDevice,
): TimelineEntry | undefined => {
  const { id, serial, status, issuedAt, notAfter, templateId } = certificate;
  const template = templates.find((one) => one.id === templateId);
  const ours = deployments.some((one) => one.templateId === templateId && one.state !== "removed");
  if (status !== "issued" || issuedAt === undefined || template === undefined || ours)
    return undefined;
  if (template.shapeExtras?.["intune"] === undefined) return undefined;
  const renewed = certificates.some(
    (other) =>
      other.templateId === templateId && other.status === "issued" && other.notAfter > notAfter,
  );
  const opens = renewalWindowStart(parseRenewalWindow(template.renewalWindow), {
    issuedAt,
    notAfter,
  });
  if (renewed || now < opens) return undefined;
  const about = { source: "certificate", certificateId: id, serial, templateId } as const;
  return now < notAfter
    ? {
        ...about,
        at: opens,
        event: "certificate.intune-renewal",
        summary: `Certificate ${serial} ends ${notAfter.toISOString()}; Intune renews it on an Apple device only before that, while the device is unlocked`,
        nextStep: "Unlock the device and let it sync with Intune.",
      }
    : {
        ...about,
        at: notAfter,
        event: "certificate.intune-expired",
        summary: `Certificate ${serial} has ended and stays on the device; Intune never renews an ended certificate of an Apple device`,
        nextStep:
          "Take the device out of the SCEP profile for a while, or deselect it in Company Portal and enrol it again: a new certificate is asked for then.",
      };
};
