import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { CountersignError, type ErrorCode } from "../../../plugin/errors.ts";
import type { Page, PageRequest } from "../../../plugin/ports/paging.ts";
import type { Database, TenantStore } from "../../../plugin/ports/stores.ts";
import type { RevokedPack } from "../../../plugin/ports/crl-store.ts";

/** A database under test, opened empty and migrated by the suite. */
export interface OpenedDatabase {
  readonly database: Database;
  close(): Promise<void>;
}

/** Opens one database for a whole `describe`; each test takes fresh tenants, so that none sees another's rows. */
export const useDatabase = (
  open: () => Promise<OpenedDatabase>,
): { database(): Database; tenant(): TenantStore } => {
  let opened: OpenedDatabase | undefined;
  before(async () => {
    opened = await open();
    await opened.database.migrate();
  });
  after(async () => {
    await opened?.close();
  });
  const database = (): Database => {
    assert.ok(opened);
    return opened.database;
  };
  return {
    database,
    tenant: () => database().directory.open(`t-${randomUUID().slice(0, 13)}`),
  };
};

/** Rejects with this code. */
export const fails = (work: Promise<unknown>, code: ErrorCode): Promise<void> =>
  assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof CountersignError, String(error));
    assert.equal(error.code, code, String(error));
    return true;
  });

/** All pages of `limit`, one after the other. */
export const everything = async <T>(
  list: (page: PageRequest) => Promise<Page<T>>,
  limit: number,
): Promise<T[]> => {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ limit, cursor });
    assert.ok(page.items.length <= limit);
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
};

/** What `revokedPack` answers, entry by entry. */
export const unpacked = ({
  text,
}: RevokedPack): readonly {
  readonly serial: string;
  readonly revokedAt: Date;
  readonly reason: string;
  readonly invalidityDate: Date | undefined;
}[] =>
  text === ""
    ? []
    : text
        .split(";")
        .map((entry) => entry.split(","))
        .map(([serial = "", at, reason = "", invalid]) => ({
          ...{ serial, reason, revokedAt: new Date(Number(at)) },
          invalidityDate: invalid === "" ? undefined : new Date(Number(invalid)),
        }));
