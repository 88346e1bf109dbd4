import { isDeviceKeyAlgorithm } from "../../domain/algorithm.ts";
import { atFields } from "../../domain/console/at-fields.ts";
import { BLANK_TEMPLATE, type TemplateModel } from "../../domain/console/model.ts";
import type { ConsoleShape } from "../../domain/console/shape.ts";
import { KEY_USAGES, type KeyUsage, type Template } from "../../domain/template.ts";
import type { Issue } from "../../errors.ts";
import type { TemplateInput } from "../templates/templates.ts";

/** A template as the consoles' forms have it. */
export const modelOf = (
  template: Template,
  readings: TemplateModel["readings"],
): TemplateModel => ({
  ...BLANK_TEMPLATE,
  ...Object.fromEntries(
    Object.entries(template).filter(
      ([name, value]) => name in BLANK_TEMPLATE && value !== undefined,
    ),
  ),
  readings,
});

/** What only a model can say: keys we never issue for, usages that are none. */
export const modelProblems = (shape: ConsoleShape, model: TemplateModel): readonly Issue[] =>
  atFields(shape.template, [
    ...model.keyAlgorithms.flatMap((algorithm, index) =>
      isDeviceKeyAlgorithm(algorithm)
        ? []
        : [
            {
              path: `keyAlgorithms.${index}`,
              message: `no certificate is issued for a key of ${algorithm}`,
            },
          ],
    ),
    ...(model.challengeMode === "static" || (model.challengeMode as string) === "dynamic"
      ? []
      : [{ path: "challengeMode", message: "must be static or dynamic" }]),
  ]);

/** What saving a template takes of a form; the rest of the model is read only. */
export const inputOf = (model: TemplateModel, id: string): TemplateInput => ({
  id,
  name: model.name === "" ? id : model.name,
  authorityId: model.authorityId,
  profileId: model.profileId === "" ? undefined : model.profileId,
  subject: model.subject,
  sans: model.sans,
  keyAlgorithms: model.keyAlgorithms.filter(isDeviceKeyAlgorithm),
  keyUsages: model.keyUsages.filter((usage): usage is KeyUsage =>
    (KEY_USAGES as readonly string[]).includes(usage),
  ),
  extendedKeyUsages: model.extendedKeyUsages,
  allowedExtendedKeyUsages: model.allowedExtendedKeyUsages,
  validity: model.validity,
  maxValidity: model.maxValidity,
  beyondAuthority: model.beyondAuthority,
  backdate: model.backdate,
  delivery: model.delivery,
  pkcs12Encoding: model.pkcs12Encoding,
  challengeMode: model.challengeMode,
  challengeLifetime: model.challengeLifetime,
  keyStorage: model.keyStorage,
  autoRenewal: model.autoRenewal,
  attempts: model.attempts,
  renewalWindow: model.renewalWindow,
  scepRenewal: model.scepRenewal,
  renewalGrace: model.renewalGrace,
  oldCertificate: model.oldCertificate,
  policies: model.policies,
  revocation: model.revocation,
  allowDuplicates: model.allowDuplicates,
  requiredDomain: model.requiredDomain === "" ? undefined : model.requiredDomain,
});
