/** Sentences of what principals can do with a repository. */
export const whoCan = {
  title: "What can they do",
  description:
    "Users and roles of the account, by every policy in force. A name leads to the simulator, which says why.",
  principal: "Principal",
  purposes: {
    PUSH: "Push",
    PULL: "Pull",
    SCAN: "Scan",
    DELETE: "Delete",
    ADMINISTER: "Administer",
  },
  yes: "Yes",
  missing: (actions: string) => `No: ${actions}`,
  none: "Nobody but root",
  noneText: "There are no users and roles, or none whose access you may explain.",
} as const;
