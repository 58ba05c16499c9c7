/** `entrepot lifecycle put`, `show` and `delete`: the rules themselves. */
import { prettyDocument } from "../access/policy-source.ts";
import { isRefusal } from "../call-server.ts";
import { CommandError } from "../client.ts";
import type { Server } from "../server.ts";

/** ECR's policy, and what stands beside it. */
export type RuleKind = "policy" | "extension";

export interface Rules {
  readonly policy: string | undefined;
  readonly extension: string | undefined;
}

/** @throws CommandError as `callServer` does */
export async function putRules(
  server: Server,
  repositoryName: string,
  kind: RuleKind,
  text: string,
): Promise<void> {
  if (kind === "policy") {
    const input = { repositoryName, lifecyclePolicyText: text };
    await server.call("ecr:PutLifecyclePolicy", input);
    return;
  }
  await server.call("entrepot:PutLifecycleExtension", { repositoryName, extensionText: text });
}

/** @throws CommandError as `callServer` does, and where the repository has neither */
export async function showRules(server: Server, repositoryName: string): Promise<Rules> {
  const policy = await unlessAbsent(
    server
      .call("ecr:GetLifecyclePolicy", { repositoryName })
      .then(({ lifecyclePolicyText }) => lifecyclePolicyText),
  );
  const extension = await unlessAbsent(
    server
      .call("entrepot:GetLifecycleExtension", { repositoryName })
      .then(({ extensionText }) => extensionText),
  );
  if (policy === undefined && extension === undefined) {
    throw new CommandError(`${repositoryName} has no lifecycle policy`);
  }
  return { policy, extension };
}

/** @returns the text that it was. @throws CommandError as `callServer` does */
export async function deleteRules(
  server: Server,
  repositoryName: string,
  kind: RuleKind,
): Promise<string> {
  if (kind === "policy") {
    const { lifecyclePolicyText = "" } = await server.call("ecr:DeleteLifecyclePolicy", {
      repositoryName,
    });
    return lifecyclePolicyText;
  }
  const { extensionText = "" } = await server.call("entrepot:DeleteLifecycleExtension", {
    repositoryName,
  });
  return extensionText;
}

export function rulesText({ policy, extension }: Rules): string {
  const parts = [
    ...(policy === undefined ? [] : ["Policy:", prettyDocument(policy)]),
    ...(extension === undefined ? [] : ["Extension:", prettyDocument(extension)]),
  ];
  return parts.join("\n");
}

async function unlessAbsent(asked: Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isRefusal(error, "LifecyclePolicyNotFoundException")) return undefined;
    throw error;
  }
}
