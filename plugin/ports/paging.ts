/** Keyset paging: `cursor` is what the page before answered; undefined when there is no more. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor: string | undefined;
}
export interface PageRequest {
  /** 1 to 500. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}
