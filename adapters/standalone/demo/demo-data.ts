import { setTimeout as pause } from "node:timers/promises";
import type { Device, Deployment } from "../../../plugin/sdk.ts";
import type { AdminClient } from "../admin-client.ts";
import { DEMO_HOST } from "./demo-mdm.ts";

/** What a visitor of the demo needs to know. */
export interface DemoData {
  readonly scepUrl: string;
  readonly crlUrl: string;
  /** A device that is not wiped, and a one-time challenge for it. */
  readonly device: Pick<Device, "id" | "hostDeviceId" | "attributes">;
  readonly challenge: string;
  readonly expiresAt: string;
  /** Below the server's address; it signs in once. */
  readonly consolePath: string;
}

const DEVICES = [
  {
    deviceId: "ipad-anna",
    platform: "apple",
    attributes: {
      serialnumber: "DEMO-A001",
      udid: "00008120-000DEM0A001",
      username: "anna",
      email: "anna@example.test",
      devicename: "Anna's iPad",
    },
  },
  {
    deviceId: "laptop-bruno",
    platform: "windows",
    attributes: {
      serialnumber: "DEMO-W002",
      username: "bruno",
      email: "bruno@example.test",
      devicename: "BRUNO-LAPTOP",
    },
  },
  {
    deviceId: "phone-chiara",
    platform: "android",
    attributes: {
      serialnumber: "DEMO-D003",
      username: "chiara",
      email: "chiara@example.test",
      devicename: "Chiara's phone",
    },
  },
] as const;

export const DEMO_ORGANIZATION = "Countersign demo";
const DELIVERY_MS = 15_000;

/** Makes what the demo lacks and leaves the rest as it is; `suffix` keeps the objects of two key stores apart. */
export const ensureDemo = async (api: AdminClient, suffix: string): Promise<DemoData> => {
  const authorityId = `demo${suffix}`;
  const templateId = `wifi${suffix}`;
  const endpointId = `demo${suffix}`;
  const authority = await ensure<{ readonly urls: { readonly crl: string } }>(
    api,
    "/authorities",
    authorityId,
    () =>
      api.ask("POST", "/hierarchies", {
        body: { id: authorityId, name: DEMO_ORGANIZATION, organization: DEMO_ORGANIZATION },
      }),
  );
  await ensure(api, "/templates", templateId, () =>
    api.ask("POST", "/templates", {
      body: {
        id: templateId,
        authorityId,
        name: "Wi-Fi",
        subject: `CN=%username%,O=${DEMO_ORGANIZATION}`,
        sans: [{ type: "rfc822", pattern: "%email%" }],
        keyAlgorithms: ["rsa-2048"],
        // Profiles are rendered when they are pushed, and a visitor may take his time.
        challengeLifetime: "P1D",
      },
    }),
  );
  const endpoint = await ensure<{ readonly url: string }>(api, "/endpoints", endpointId, () =>
    api.ask("POST", "/endpoints", {
      body: {
        id: endpointId,
        authorityId,
        templateIds: [templateId],
        policies: [{ kind: "dynamic" }],
      },
    }),
  );
  const devices = await ensureDevices(api);
  await ensurePublished(api, devices, templateId);
  const device = devices[0];
  if (device === undefined) throw new Error("the demo has no device");
  const minted = await api.ask("POST", "/challenges", {
    body: { deviceId: device.id, templateId, endpointId },
  });
  const { secret, expiresAt } = minted.value as { secret: string; expiresAt: string };
  const link = await api.ask("POST", "/sign-in-links", { body: { lifetimeSeconds: 3600 } });
  return {
    scepUrl: endpoint.url,
    crlUrl: authority.urls.crl,
    device,
    challenge: secret,
    expiresAt,
    consolePath: (link.value as { readonly path: string }).path,
  };
};

interface Listed<T> {
  readonly items: readonly T[];
}

const ensure = async <T>(
  api: AdminClient,
  collection: string,
  id: string,
  make: () => Promise<unknown>,
): Promise<T> => {
  const { value } = await api.ask("GET", collection);
  if (!(value as Listed<{ id: string }>).items.some((item) => item.id === id)) await make();
  return (await api.ask("GET", `${collection}/${id}`)).value as T;
};

/** Those that live; when all were wiped, the first is enrolled again, as an MDM would. */
const ensureDevices = async (api: AdminClient): Promise<readonly Device[]> => {
  const known = await devicesOf(api);
  const missing = DEVICES.filter(
    ({ deviceId }) => !known.some(({ hostDeviceId }) => hostDeviceId === deviceId),
  );
  for (const device of missing)
    await api.ask("POST", "/devices", { body: { hostId: DEMO_HOST, ...device } });
  const living = (await devicesOf(api)).filter(({ status }) => status === "enrolled");
  if (living.length > 0) return inOrder(living);
  await api.ask("POST", "/devices", { body: { hostId: DEMO_HOST, ...DEVICES[0] } });
  return (await devicesOf(api)).filter(({ status }) => status === "enrolled");
};

const devicesOf = async (api: AdminClient): Promise<readonly Device[]> => {
  const { value } = await api.ask("GET", "/devices", { query: { limit: "500" } });
  return (value as Listed<Device>).items.filter(({ hostId }) => hostId === DEMO_HOST);
};

const inOrder = (devices: readonly Device[]): readonly Device[] =>
  DEVICES.flatMap(({ deviceId }) =>
    devices.filter(({ hostDeviceId }) => hostDeviceId === deviceId),
  );

/** Publishes where nothing is published, and waits until the host has taken everything. */
const ensurePublished = async (
  api: AdminClient,
  devices: readonly Device[],
  templateId: string,
): Promise<void> => {
  for (const { id: deviceId } of devices) {
    const query = { device: deviceId, template: templateId };
    const { value } = await api.ask("GET", "/deployments", { query });
    const live = (value as Listed<Deployment>).items.some(
      ({ state }) => state !== "removed" && state !== "failed",
    );
    if (!live) await api.ask("POST", "/deployments", { body: { deviceId, templateId } });
  }
  for (let waited = 0; waited < DELIVERY_MS; waited += 100) {
    const query = { template: templateId, limit: "500" };
    const { value } = await api.ask("GET", "/deployments", { query });
    if (!(value as Listed<Deployment>).items.some(({ state }) => state === "assigned")) return;
    await pause(100);
  }
};
