/** Work of one tenant that one node at a time does. */
export interface LeaseStore {
  /** Takes or prolongs the lease; false while another holder's runs. */
  take(name: string, holder: string, now: Date, until: Date): Promise<boolean>;
  /** Ends the lease of this holder, if it is still its own. */
  give(name: string, holder: string): Promise<void>;
}
