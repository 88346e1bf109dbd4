import { inject } from "tsyringe";
import type { Person } from "../../domain/person.ts";
import { type Principal, type Role, ROLES } from "../../domain/principal.ts";
import { CountersignError } from "../../errors.ts";
import type { Clock } from "../../ports/ambient.ts";
import type { Directory, TenantStore } from "../../ports/stores.ts";
import { CLOCK, DIRECTORY } from "../../tokens.ts";
import { Access, found, sameVersion } from "./access.ts";

/** What an Owner says of somebody. */
export interface PersonInput {
  /** The OIDC subject or the host's name of them, or their e-mail address. */
  readonly id: string;
  readonly email?: string | undefined;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly roles: readonly Role[];
  readonly approveOwn?: boolean | undefined;
  readonly active?: boolean | undefined;
}

/** What may be changed of somebody; `null` takes away what is known of them. */
export type PersonChange = Partial<
  Pick<PersonInput, "roles" | "approveOwn" | "active"> & {
    readonly [Detail in "email" | "firstName" | "lastName"]: PersonInput[Detail] | null;
  }
>;

/** A role and who has it. */
export interface RoleView {
  readonly role: Role;
  readonly members: readonly string[];
}

/** Who has which roles. Owners only; the last Owner stays one. */
export class People {
  constructor(
    @inject(Access) private readonly access: Access,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(DIRECTORY) private readonly directory: Directory,
  ) {}

  async list(principal: Principal): Promise<readonly Person[]> {
    return this.access.open(principal, "people:manage").people.list();
  }

  async get(principal: Principal, id: string): Promise<Person> {
    const store = this.access.open(principal, "people:manage");
    return found(await store.people.get(idOf(id)), "person", id);
  }

  /** The six roles with their members. */
  async roles(principal: Principal): Promise<readonly RoleView[]> {
    const people = await this.list(principal);
    return ROLES.map((role) => ({
      role,
      members: people.filter(({ roles }) => roles.includes(role)).map(({ id }) => id),
    }));
  }

  /** Also before they have ever signed in. Throws `conflict` for somebody who is there. */
  async add(principal: Principal, input: PersonInput): Promise<Person> {
    const store = this.access.open(principal, "people:manage");
    const now = this.clock.now();
    const person: Person = {
      id: idOf(input.id),
      email: input.email?.toLowerCase(),
      firstName: input.firstName,
      lastName: input.lastName,
      roles: ordered(input.roles),
      approveOwn: input.approveOwn ?? false,
      active: input.active ?? true,
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
    await store.run(async (tx) => {
      await tx.people.insert(person);
      await tx.ledger.append(
        this.access.entry(principal, "person.added", person.id, rightsOf(person)),
      );
    });
    return person;
  }

  /** Throws `conflict` when nobody would be an Owner any more. */
  async change(
    principal: Principal,
    id: string,
    change: PersonChange,
    version?: number,
  ): Promise<Person> {
    const store = this.access.open(principal, "people:manage");
    return store.run(async (tx) => {
      const stored = found(await tx.people.get(idOf(id)), "person", id);
      sameVersion(stored.version, version);
      const person: Person = {
        ...stored,
        email: changed(change.email, stored.email)?.toLowerCase(),
        firstName: changed(change.firstName, stored.firstName),
        lastName: changed(change.lastName, stored.lastName),
        roles: change.roles === undefined ? stored.roles : ordered(change.roles),
        approveOwn: change.approveOwn ?? stored.approveOwn,
        active: change.active ?? stored.active,
        version: stored.version + 1,
        updatedAt: this.clock.now(),
      };
      if (isOwner(stored) && !isOwner(person)) await refuseLastOwner(tx, stored);
      await tx.people.update(person);
      await tx.ledger.append(
        this.access.entry(principal, "person.changed", person.id, rightsOf(person)),
      );
      return person;
    });
  }

  /** Throws `conflict` for the last Owner. */
  async remove(principal: Principal, id: string): Promise<void> {
    const store = this.access.open(principal, "people:manage");
    await store.run(async (tx) => {
      const stored = found(await tx.people.get(idOf(id)), "person", id);
      if (isOwner(stored)) await refuseLastOwner(tx, stored);
      await tx.people.delete(stored.id);
      await tx.ledger.append(
        this.access.entry(principal, "person.removed", stored.id, { roles: stored.roles }),
      );
    });
  }

  /**
   * Somebody who has signed in, with the roles an Owner gave them besides those of the token. Found by the subject, then by an e-mail
   * address the issuer has verified. Throws `forbidden` for one who was made inactive.
   */
  async withRoles(principal: Principal): Promise<Principal> {
    const { tenant, kind, id, email } = principal;
    if (kind !== "user" || tenant === undefined) return principal;
    const { people } = this.directory.open(tenant);
    const person =
      (await people.get(idOf(id))) ??
      (email === undefined ? undefined : await people.get(idOf(email)));
    if (person === undefined) return principal;
    if (!person.active)
      throw new CountersignError("forbidden", `${person.id} has been made inactive`);
    const roles = ordered([...(principal.roles ?? []), ...person.roles]);
    return { ...principal, roles, approveOwn: person.approveOwn };
  }
}

/** An address is the same in any case; a subject is taken as it is. */
const idOf = (id: string): string => (id.includes("@") ? id.toLowerCase() : id);

const changed = (asked: string | null | undefined, stored: string | undefined) =>
  asked === undefined ? stored : (asked ?? undefined);

const ordered = (roles: readonly Role[]): readonly Role[] =>
  ROLES.filter((role) => roles.includes(role));

const isOwner = ({ active, roles }: Person): boolean => active && roles.includes("owner");

const rightsOf = ({ roles, approveOwn, active }: Person) => ({ roles, approveOwn, active });

const refuseLastOwner = async (tx: TenantStore, { id }: Person): Promise<void> => {
  const others = (await tx.people.list()).filter((one) => one.id !== id && isOwner(one));
  if (others.length === 0)
    throw new CountersignError("conflict", `${id} is the last Owner; make somebody else one first`);
};
