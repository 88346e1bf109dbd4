import { z } from "zod";
import { rightsOf, ROLES } from "../../domain/principal.ts";
import { CountersignError } from "../../errors.ts";
import type { LocalTokens, TokenRequest } from "../local-tokens.ts";
import { type Answer, created, ok } from "./answer.ts";
import { route, type Route } from "./route.ts";
import { displayName } from "./schemas.ts";

/** 90 days: a token cannot be called back, so none lives for ever. */
export const tokenLife = z.int().min(60).max(7_776_000).default(3600);

export const tokenAnswer = async (tokens: LocalTokens, request: TokenRequest): Promise<Answer> =>
  created({ token: await tokens.mint(request), expiresIn: request.lifetimeSeconds });

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
      const { tenant } = principal;
      if (tenant === undefined || principal.roles?.includes("owner") !== true) {
        throw new CountersignError("forbidden", `${principal.id} is no Owner`);
      }
      return tokenAnswer(tokens, { ...body, tenant });
    },
  }),
];
