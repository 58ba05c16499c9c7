export const awsManagedPolicies: ReadonlyMap<string, { document: string }> = new Map();
