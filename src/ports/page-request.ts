/** Keyset paging: rows after `after` in the table's own order, at most `limit`. */
export interface PageRequest<Key> {
  readonly after?: Key | undefined;
  readonly limit: number;
}
