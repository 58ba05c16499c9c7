/** Sentences of the form for statements of policies. */
export const policyForm = {
  title: "Statements as a form",
  notJson: "The form goes on once the text is a policy in JSON.",
  statement: (sid: unknown, place: number) =>
    typeof sid === "string" && sid !== "" ? sid : `Statement ${place + 1}`,
  add: "Add statement",
  remove: (statement: string) => `Remove ${statement}`,
  hidden: (members: readonly string[]) =>
    `The form has no fields for ${members.join(", ")}: that stays as it is in the JSON.`,
  sid: "Name (Sid)",
  effect: "Effect",
  effects: { Allow: "Allow", Deny: "Deny" },
  principal: "Principals",
  principalHint: "ARNs or account ids with spaces between them, or * for everybody",
  actions: "Actions",
  chooseActions: "Choose actions",
  otherAction: "Another action",
  otherActionHint: "For instance ecr:Describe*",
  addAction: "Add action",
  sets: { pull: "Pull", push: "Push and pull" },
  removeAction: (action: string) => `Remove ${action}`,
} as const;
