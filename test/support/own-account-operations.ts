/**
 * Operations of Entrepot's own on who there is in the caller's account: as with those of IAM, no other
 * account can be named to them, so that what all operations on registries promise is not theirs.
 */
export const ownAccountOperations: ReadonlySet<string> = new Set([
  "entrepot:CreatePullSecret",
  "entrepot:DeletePullSecret",
  "entrepot:ExplainAccess",
  "entrepot:LintPolicy",
  "entrepot:ListPullSecrets",
  "entrepot:RevokeSessions",
]);
