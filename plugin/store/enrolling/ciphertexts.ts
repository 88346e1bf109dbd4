import type { TenantId } from "../../domain/tenant.ts";
import { toMillis } from "../base/columns.ts";
import type { Statements } from "../statements.ts";
import type { Entry } from "./entry.ts";
import { REMEMBERED_MS } from "./periods.ts";
import { inChunks, inOrder, ownedKey, values } from "./sql.ts";

/** One ciphertext, one message (scep.md 5.3 rule 5): refuses an entry whose ciphertext came with other content before. */
export const refuseReusedCiphertexts = async (
  sql: Statements,
  entries: readonly Entry[],
): Promise<void> => {
  const given = entries.flatMap((entry) => {
    const { ciphertext, now } = entry.item;
    return ciphertext === undefined ? [] : [{ entry, ...ciphertext, now }];
  });
  const seen = inOrder(given, ({ entry, digest }) => ownedKey(entry.tenant, digest));
  const distinct = new Map(
    seen.map((one) => [ownedKey(one.entry.tenant, one.digest), one] as const).reverse(),
  );
  // The change that changes nothing makes known rows come back too.
  const rows = await inChunks([...distinct.values()], (chunk) =>
    sql.all<{ readonly tenant: TenantId; readonly digest: string; readonly content: string }>(
      `insert into countersign_ciphertexts (tenant, digest, content, expires_at)
       ${values("ttti", chunk.length)}
       on conflict (tenant, digest) do update set digest = excluded.digest
       returning tenant, digest, content`,
      chunk.flatMap(({ entry, digest, content, now }) => [
        entry.tenant,
        digest,
        content,
        toMillis(now) + REMEMBERED_MS,
      ]),
    ),
  );
  const contents = new Map(rows.map((row) => [ownedKey(row.tenant, row.digest), row.content]));
  for (const { entry, digest, content } of seen)
    if (contents.get(ownedKey(entry.tenant, digest)) !== content)
      entry.result = { status: "refused", because: "ciphertext" };
};
