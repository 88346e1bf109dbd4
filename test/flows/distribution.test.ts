import { describeDistribution } from "./distribution.ts";

describe("distribution by groups, on SQLite", () =>
  describeDistribution(() => Promise.resolve({})));
