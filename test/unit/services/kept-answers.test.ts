import assert from "node:assert/strict";
import { KeptAnswers } from "../../../plugin/services/status/kept-answers.ts";
import type { WatchedScope } from "../../../plugin/services/certificates/revocation-watch.ts";

const scopeOf = (authorityId: string): WatchedScope => ({
  ...{ tenant: "default", scope: { authorityId, shard: 0 } },
  ...{ generation: 0, dirty: 0 },
});

describe("kept OCSP answers", () => {
  it("L-13 are never more than said, the oldest go first, and one that is kept again is young again", () => {
    const kept = new KeptAnswers<number>(3);
    const scope = scopeOf("a");
    for (const [at, key] of ["a", "b", "c"].entries()) kept.put(key, scope, 0, at);
    kept.put("a", scope, 0, 9);
    for (let at = 0; at < 2; at += 1) kept.put(`more-${at}`, scope, 0, at);
    assert.deepEqual(
      ["a", "b", "c", "more-0", "more-1"].map((key) => kept.get(key)),
      [9, undefined, undefined, 0, 1],
    );
  });

  it("L-13 end at once with a revocation in their scope, and those of another scope do not", () => {
    const kept = new KeptAnswers<string>(10);
    const [mine, other] = [scopeOf("a"), scopeOf("b")];
    kept.put("a", mine, 0, "good");
    kept.put("b", other, 0, "good");
    mine.generation += 1;
    assert.deepEqual([kept.get("a"), kept.get("b")], [undefined, "good"]);
  });

  it("L-13 one whose scope has changed while it was made is not kept", () => {
    const kept = new KeptAnswers<string>(10);
    const scope = scopeOf("a");
    const { generation } = scope;
    scope.generation += 1;
    kept.put("a", scope, generation, "good");
    assert.equal(kept.get("a"), undefined);
  });
});
