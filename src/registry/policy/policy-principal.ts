/** Who asks, as policies see it. */
export interface PolicyPrincipal {
  readonly type:
    | "Root"
    | "User"
    | "AssumedRole"
    | "FederatedUser"
    | "WebIdentity"
    | "Service"
    | "Anonymous";
  /** Whose principal it is. Absent for services, web identities and the anonymous. */
  readonly account?: string | undefined;
  /** `arn:aws:iam::A:user/path/U`, `arn:aws:sts::A:assumed-role/R/S`, …; "" where there is none. */
  readonly arn: string;
  /** Of an assumed role: the role's own ARN, with its path. */
  readonly roleArn?: string | undefined;
  /** Of a federated user: the ARN of the user who asked for the session. */
  readonly userArn?: string | undefined;
  /** `AIDA…` of a user, `AROA…:session` of an assumed role, the account id of root. */
  readonly uniqueId?: string | undefined;
  /** Of a service: `lambda.amazonaws.com`. */
  readonly service?: string | undefined;
  /** Of a web identity: the ARN of its OIDC provider, or the provider's host and path. */
  readonly federated?: string | undefined;
}
