import type { Api } from "./api.ts";

/** Ids of a set of objects that can enrol; several sets may stand in one installation. */
export interface SiteIds {
  readonly authority: string;
  readonly template: string;
  readonly endpoint: string;
}

export interface SiteOptions {
  /** Prefix of all ids. */
  readonly id?: string;
  readonly hierarchy?: Readonly<Record<string, unknown>>;
  readonly template?: Readonly<Record<string, unknown>>;
  readonly endpoint?: Readonly<Record<string, unknown>>;
}

/** A hierarchy, a template for `CN=%devicename%,O=Lab` and an endpoint with a dynamic policy. P-256 CAs unless told otherwise, since they are quick. */
export const makeSite = async (api: Api, options: SiteOptions = {}): Promise<SiteIds> => {
  const id = options.id ?? "lab";
  await api.post("/hierarchies", { id, keyAlgorithm: "ec-p256", ...options.hierarchy });
  await api.post("/templates", {
    id: `${id}-wifi`,
    authorityId: id,
    subject: "CN=%devicename%,O=Lab",
    ...options.template,
  });
  await api.post("/endpoints", {
    id: `${id}-scep`,
    authorityId: id,
    templateIds: [`${id}-wifi`],
    policies: [{ kind: "dynamic" }],
    ...options.endpoint,
  });
  return { authority: id, template: `${id}-wifi`, endpoint: `${id}-scep` };
};

/** A device that a host reports; answers our id of it. */
export const makeDevice = async (
  api: Api,
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  platform = "other",
): Promise<string> => {
  const device = await api.post("/devices", {
    hostId: "mdm",
    deviceId: name,
    platform,
    attributes: { devicename: name, ...attributes },
  });
  return device.id as string;
};

/** A one-time challenge for a device. */
export const mintChallenge = async (api: Api, site: SiteIds, deviceId: string): Promise<string> => {
  const minted = await api.post("/challenges", {
    deviceId,
    templateId: site.template,
    endpointId: site.endpoint,
  });
  return minted.secret as string;
};

/** DER, issuing CA first, root last. */
export const chainOf = async (api: Api, authority: string): Promise<readonly Buffer[]> => {
  const text = (await api.bytes(`/authorities/${authority}/chain`)).toString("latin1");
  return [...text.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)].map(([, base64 = ""]) =>
    Buffer.from(base64, "base64"),
  );
};

/** The CRL that anybody gets now. */
export const fetchCrl = async (api: Api, authority: string): Promise<Buffer> => {
  const { urls } = await api.get(`/authorities/${authority}`);
  return fetchBytes(urls.crl as string);
};

export const fetchBytes = async (url: string): Promise<Buffer> => {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${url}: HTTP ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
};
