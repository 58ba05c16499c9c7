/**
 * Operations of Entrepot's own on who there is in the caller's account, and on what its rules of events
 * deliver: as with those of IAM, no other account can be named to them, so that what all operations on registries promise is not theirs.
 */
export const ownAccountOperations: ReadonlySet<string> = new Set([
  "entrepot:CreatePullSecret",
  "entrepot:DeleteConsoleSignOn",
  "entrepot:DeleteDeadLetters",
  "entrepot:DeletePullSecret",
  "entrepot:ExplainAccess",
  "entrepot:GetEventDestination",
  "entrepot:GrantRole",
  "entrepot:LintPolicy",
  "entrepot:ListConsoleSignOns",
  "entrepot:ListDeadLetters",
  "entrepot:ListKmsKeys",
  "entrepot:ListPullSecrets",
  "entrepot:ListRoleGrants",
  "entrepot:PutConsoleSignOn",
  "entrepot:PutEventDestination",
  "entrepot:ReplayDeadLetters",
  "entrepot:RevokeRole",
  "entrepot:RevokeSessions",
]);
