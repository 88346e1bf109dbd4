import type { Metrics } from "../plugin/sdk.ts";
import type { KeyClient } from "./key-client.ts";
import { asKeyError } from "./key-operation.ts";

/** A client whose operations are timed, waiting included: `countersign_key_operation_seconds` by token, kind and result. */
export const measuredClient = (
  client: KeyClient,
  token: string,
  metrics: Metrics | undefined,
): KeyClient => ({
  ...client,
  run: async (operation) => {
    const start = performance.now();
    let result = "ok";
    try {
      return await client.run(operation);
    } catch (thrown) {
      const error = asKeyError(thrown);
      result = error.code;
      throw error;
    } finally {
      metrics?.observe("countersign_key_operation_seconds", (performance.now() - start) / 1000, {
        token,
        kind: operation.kind,
        result,
      });
    }
  },
});
