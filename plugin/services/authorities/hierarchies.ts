import { inject } from "tsyringe";
import type { KeyAlgorithm } from "../../domain/algorithm.ts";
import type { OcspKeyAlgorithm } from "../../domain/authority.ts";
import { formatDn } from "../../domain/distinguished-name.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Settings } from "../../ports/settings.ts";
import { SETTINGS } from "../../tokens.ts";
import { Authorities } from "./authorities.ts";
import type { AuthorityView } from "./authority-view.ts";
import { Caps } from "./caps.ts";
import type { Progress } from "../signing/progress.ts";
import type { RaView } from "../endpoints/ra-view.ts";
import { Ras } from "../endpoints/ras.ts";

export interface NewHierarchy {
  /** Identifier of the issuing CA. */
  readonly id: string;
  /** `<id>-root` unless given. */
  readonly rootId?: string | undefined;
  readonly name?: string | undefined;
  readonly organization?: string | undefined;
  readonly keyAlgorithm?: KeyAlgorithm | undefined;
  readonly keyStore?: string | undefined;
  /** Of the issuing CA, as `NewAuthority`. */
  readonly crlShards?: number | undefined;
  readonly deltaCrl?: boolean | undefined;
  readonly ocspKeyAlgorithm?: OcspKeyAlgorithm | undefined;
}

export interface Hierarchy {
  readonly root: AuthorityView;
  readonly issuing: AuthorityView;
  readonly ra: RaView;
}

/** Steps of the two authorities (4 each) and of the RA. */
const STEPS = 9;

/** Root, issuing CA and RA in one step. Run again after a failure it goes on from what is there. */
export class Hierarchies {
  constructor(
    @inject(SETTINGS) private readonly settings: Settings,
    @inject(Authorities) private readonly authorities: Authorities,
    @inject(Ras) private readonly ras: Ras,
    @inject(Caps) private readonly caps: Caps,
  ) {}

  /** Throws what making each of them throws; `conflict` when the issuing CA exists. */
  async create(
    principal: Principal,
    input: NewHierarchy,
    progress: Progress = () => undefined,
  ): Promise<Hierarchy> {
    const rootId = input.rootId ?? `${input.id}-root`;
    const name = input.name ?? input.id;
    const subject = (commonName: string): string =>
      formatDn([
        [["2.5.4.3", commonName]],
        [["2.5.4.10", input.organization ?? this.settings.organization]],
      ]);
    const common = {
      keyAlgorithm: input.keyAlgorithm ?? ("rsa-2048" as const),
      keyStore: input.keyStore,
    };
    const from =
      (first: number): Progress =>
      (step) =>
        progress({ step: first + step.step, of: STEPS, message: step.message });

    const there = await this.authorities.list(principal);
    const rootThere = there.find(({ id, kind }) => id === rootId && kind === "root");
    // One that has no RA yet was left by an attempt that failed there.
    const ras = await this.ras.list(principal);
    const left = there.find(
      ({ id, parentId }) =>
        id === input.id &&
        parentId === rootId &&
        !ras.some(({ authorityId }) => authorityId === id),
    );
    const needed = [rootThere, left].filter((authority) => authority === undefined).length;
    await this.caps.requireAuthorityRoom(principal, needed);
    const root =
      rootThere ??
      (await this.authorities.create(
        principal,
        {
          ...common,
          id: rootId,
          name: `${name} root`,
          kind: "root",
          subject: subject(`${name} Root CA`),
        },
        from(0),
      ));
    const issuing =
      left ??
      (await this.authorities.create(
        principal,
        {
          ...common,
          crlShards: input.crlShards,
          deltaCrl: input.deltaCrl,
          ocspKeyAlgorithm: input.ocspKeyAlgorithm,
          id: input.id,
          name,
          kind: "issuing",
          parentId: rootId,
          subject: subject(`${name} Issuing CA`),
        },
        from(4),
      ));
    progress({ step: STEPS, of: STEPS, message: "Making the RA key and its certificate" });
    const ra = await this.ras.issue(principal, {
      authorityId: issuing.id,
      keyStore: input.keyStore,
    });
    return { root, issuing, ra };
  }
}
