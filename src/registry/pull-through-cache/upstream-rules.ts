/** What the operator says of upstreams. */
export interface UpstreamRules {
  /** By host, the origin that is asked instead. */
  readonly origins: ReadonlyMap<string, string>;
  /** Hosts that may give tokens, beside the upstreams themselves (D11). */
  readonly tokenRealms: ReadonlySet<string>;
}
