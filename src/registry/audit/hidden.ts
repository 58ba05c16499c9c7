/** What CloudTrail puts in the place of what it does not tell. */
export const hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
