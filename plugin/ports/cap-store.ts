import type { Cap, CapSubject } from "../domain/cap.ts";

/** Caps of a tenant (O-02). Issuing keeps to those of certificates by itself, exactly over all nodes. */
export interface CapStore {
  list(): Promise<readonly Cap[]>;
  /** Goes up with every change of one of these, from 0. */
  version(subjects: readonly CapSubject[]): Promise<number>;
  /** Undefined takes the cap away. Nodes that did not know of a first cap keep to it within a second. */
  set(subject: CapSubject, most: number | undefined, now: Date): Promise<void>;
  /**
   * Active certificates: of subscribers, made here, not over, and issued, being signed or suspended. Of one authority, or of all; counting
   * stops at `upTo`.
   */
  active(authorityId: string | undefined, now: Date, upTo: number): Promise<number>;
}
