/**
 * A way in that the operator gave a name. Policies know who came by it from `aws:SourceVpce` and
 * `aws:SourceVpc`. Source: IAM, "AWS global condition context keys", properties of the network.
 */
export interface PrivateEndpoint {
  /** `vpce-…` */
  readonly id: string;
  /** `vpc-…`, where it was given one. */
  readonly vpc: string | undefined;
}
