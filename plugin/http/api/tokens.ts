import { z } from "zod";
import { authorize, rightsOf, ROLES } from "../../domain/principal.ts";
import type { LocalTokens, TokenRequest } from "../local-tokens.ts";
import { type Answer, created, none, ok, paged } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { displayName, pageQuery } from "./schemas.ts";

/** 90 days at most: what nobody looks after should end by itself. */
export const tokenLife = z.int().min(60).max(7_776_000).default(3600);

/** `by`: principal id. */
export const tokenAnswer = async (
  tokens: LocalTokens,
  request: TokenRequest,
  by: string,
): Promise<Answer> =>
  created({ ...(await tokens.mint(request, by)), expiresIn: request.lifetimeSeconds });

export const tokenRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/whoami",
    summary: "Says who is asking, in which tenant, with which roles and rights.",
    call: (_, { principal }) => Promise.resolve(ok({ ...principal, rights: rightsOf(principal) })),
  }),
  route({
    method: "POST",
    path: "/tokens",
    summary: "Mints a token for somebody in the caller's tenant; Owners only.",
    body: z.strictObject({
      subject: displayName,
      roles: z.array(z.enum(ROLES)).min(1),
      lifetimeSeconds: tokenLife,
    }),
    call: ({ tokens }, { principal, body }) => {
      const { id, tenant } = principal;
      authorize(principal, "tokens:manage", tenant);
      return tokenAnswer(tokens, tenant === undefined ? body : { ...body, tenant }, id);
    },
  }),
  route({
    method: "POST",
    path: "/sign-in-links",
    summary:
      "Makes a link that signs its caller in to the console, once; the path goes after the place where Countersign is mounted. Owners only.",
    body: z.strictObject({ lifetimeSeconds: z.int().min(60).max(3600).default(300) }).default({
      lifetimeSeconds: 300,
    }),
    call: async ({ tokens }, { principal, body: { lifetimeSeconds } }) => {
      const { id, tenant, roles } = principal;
      authorize(principal, "tokens:manage", tenant);
      const own = tenant === undefined ? {} : { tenant, roles: roles ?? [] };
      const code = await tokens.mint({ subject: id, lifetimeSeconds, signIn: true, ...own }, id);
      return created({ path: `/console/#sign-in=${code.token}`, expiresIn: lifetimeSeconds });
    },
  }),
  route({
    method: "GET",
    path: "/tokens",
    summary: "Lists the tokens that were minted in the caller's tenant, without the tokens.",
    query: pageQuery,
    call: async ({ adminTokens }, { principal, query }) =>
      paged(await adminTokens.list(principal, query)),
  }),
  route({
    method: "POST",
    path: "/tokens/:id/revoke",
    summary: "Revokes a token before its end; the next request with it is refused.",
    call: async ({ adminTokens }, { principal, id }) => {
      await adminTokens.revoke(principal, id);
      return none();
    },
  }),
];
