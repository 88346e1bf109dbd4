import { randomUUID } from "node:crypto";
import type { Certificate } from "../../../plugin/domain/certificate.ts";
import type { TenantStore } from "../../../plugin/ports/stores.ts";
import { aChallenge, aDevice } from "./samples.ts";
import { type OpenedDatabase, useDatabase } from "./subject.ts";

/** A fresh tenant with one device for each test, and what is looked at in it. */
export const useEnrolling = (open: () => Promise<OpenedDatabase>) => {
  const subject = useDatabase(open);
  let store: TenantStore;
  beforeEach(async () => {
    store = subject.tenant();
    await store.devices.save(aDevice());
  });
  return {
    store: (): TenantStore => store,
    /** An open one-time challenge, its id. */
    challenge: async (): Promise<string> => {
      const id = randomUUID();
      await store.challenges.insert(aChallenge({ id }), id);
      return id;
    },
    stateOf: async (id: string): Promise<string | undefined> =>
      (await store.challenges.get(id))?.state,
    statusOf: async (id: string): Promise<string | undefined> =>
      (await store.certificates.get(id))?.status,
    /** Everything that a refused row could have left behind. */
    certificates: async (): Promise<readonly Certificate[]> =>
      (await store.certificates.list({}, { limit: 500 })).items,
  };
};
