/**
 * Whether a caller is that user or role: of a role the sessions have ARNs of their own,
 * `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
 */
export function isSamePrincipal(principal: string, caller: string): boolean {
  const [, account, role] = /^arn:[^:]+:sts::(\d+):assumed-role\/([^/]+)\//.exec(caller) ?? [];
  if (role === undefined) return principal === caller;
  const [, ofAccount, path = ""] = /^arn:[^:]+:iam::(\d+):role\/(.+)$/.exec(principal) ?? [];
  return ofAccount === account && path.split("/").at(-1) === role;
}
