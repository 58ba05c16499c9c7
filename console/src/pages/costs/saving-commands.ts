import type { Saving } from "../../api/costs.ts";
import { cliText, commandText, quoted } from "../../components/equivalent-cli.tsx";

/** What to type for a saving; nothing where no command can do it. */
export function savingCommands({ call, commands = [] }: Saving): readonly string[] {
  return [...(call === undefined ? [] : [callText(call)]), ...commands];
}

/** Of the AWS CLI, or of ours where ECR has no such operation. */
function callText({ operation, input }: NonNullable<Saving["call"]>): string {
  const [service = "", name = ""] = operation.split(":");
  const repository = String(input.repositoryName);
  switch (operation) {
    case "entrepot:EmptyTrash":
      return commandText(["trash", "empty", repository, "--yes"]);
    case "entrepot:PutLifecycleExtension": {
      const put = commandText(["lifecycle", "put", repository, "--extension", "/dev/stdin"]);
      return `printf %s ${quoted(String(input.extensionText))} | ${put}`;
    }
    default:
      return cliText(service, name, input);
  }
}
