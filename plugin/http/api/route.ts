import type { z } from "zod";
import type { Principal } from "../../domain/principal.ts";
import type { Answer } from "./answer.ts";
import type { ApiServices } from "./services.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One checked request. */
export interface Call<Body, Query> {
  readonly principal: Principal;
  /** The `:id` of the path; empty where it has none. */
  readonly id: string;
  readonly body: Body;
  readonly query: Query;
  /** The Accept header. */
  readonly accept: string;
  /** The version that If-Match names; undefined without one. */
  readonly version: number | undefined;
}

/** One line of the API: where it stands, what it takes, what it does. Docs and the manifest are made from these. */
export interface Route<Body = unknown, Query = unknown> {
  readonly method: Method;
  /** Below `/api/v1`; the only parameter is `:id`. */
  readonly path: string;
  /** One sentence, for docs/api.md. */
  readonly summary: string;
  /** Left out: the request must have no body. */
  readonly body?: z.ZodType<Body>;
  /** Left out: the request must have no query. */
  readonly query?: z.ZodType<Query>;
  /** It minds If-Match; PATCH, PUT and DELETE do without saying so. */
  readonly ifMatch?: true;
  readonly call: (services: ApiServices, call: Call<Body, Query>) => Promise<Answer>;
}

/** Types `call` by the schemas beside it; the runner only ever hands it what these schemas have checked. */
export const route = <Body = undefined, Query = Record<string, never>>(
  definition: Route<Body, Query>,
): Route => definition as unknown as Route;
