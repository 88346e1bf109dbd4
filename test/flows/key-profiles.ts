import assert from "node:assert/strict";
import { parse } from "plist";
import type { Device } from "../../plugin/domain/device.ts";
import type { ProfileOffer, RenderedProfile } from "../../plugin/ports/mdm-host.ts";
import type { AgentKeyProfile } from "../../templates/profile/agent-json.ts";
import { openPkcs12, type OpenedPkcs12 } from "../support/open-pkcs12.ts";
import type { Json } from "./api.ts";

/** Container and password out of a profile, read as the platform reads it. */
export const containerOf = ({ platform, body }: RenderedProfile) => {
  const text = Buffer.from(body).toString();
  if (platform === "apple") {
    const { PayloadContent } = parse(text) as unknown as { PayloadContent: Json[] };
    const payload = PayloadContent.find((one) => one.PayloadType === "com.apple.security.pkcs12");
    return {
      pkcs12: Buffer.from(payload.PayloadContent as Uint8Array),
      password: payload.Password as string,
    };
  }
  if (platform === "windows") {
    const node = (name: string): string =>
      new RegExp(`/${name}</LocURI>[^]*?<Data>([^<]*)</Data>`).exec(text)?.[1] ?? "";
    return {
      pkcs12: Buffer.from(node("PFXCertBlob"), "base64"),
      password: node("PFXCertPassword"),
    };
  }
  const { keyPair } = JSON.parse(text) as AgentKeyProfile;
  return { pkcs12: Buffer.from(keyPair.pkcs12, "base64"), password: keyPair.password };
};

export const opened = async (profile: RenderedProfile): Promise<OpenedPkcs12> => {
  const { pkcs12, password } = containerOf(profile);
  return openPkcs12(pkcs12, password);
};

export const leafOf = async (profile: RenderedProfile): Promise<Buffer> => {
  const [leaf] = (await opened(profile)).certificates;
  assert.ok(leaf);
  return leaf;
};

/** A host that cannot wait for the device; it may fail with the profile in its hands. */
export const pushingHost = () => {
  const host = {
    id: "pushing",
    lazyRender: false,
    fails: false,
    publishProfile: async (_device: Device, offer: ProfileOffer): Promise<string> => {
      await offer.render();
      if (host.fails) throw new Error("the MDM server is down");
      return "pushed";
    },
    removeProfile: () => Promise.resolve("removed"),
  };
  return host;
};

/** How bytes of a secret may stand somewhere. */
export const spellings = (secret: Uint8Array): readonly Buffer[] => {
  const bytes = Buffer.from(secret);
  return [
    bytes,
    Buffer.from(bytes.toString("hex")),
    Buffer.from(bytes.toString("hex").toUpperCase()),
    // Wherever it begins in a longer text.
    ...[0, 1, 2].map((skip) => Buffer.from(bytes.subarray(skip).toString("base64").slice(0, 24))),
  ];
};
