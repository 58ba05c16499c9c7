import { fileText } from "../access/policy-source.ts";
import { CommandError } from "../client.ts";

/**
 * The text of a file with rules.
 * @throws CommandError when it cannot be read, or is no JSON; what the rules say is the server's to judge
 */
export async function ruleText(file: string): Promise<string> {
  const text = await fileText(file);
  try {
    JSON.parse(text);
  } catch (error) {
    const [sentence] = (error as Error).message.split("\n");
    throw new CommandError(`${file} is no JSON: ${sentence}`);
  }
  return text;
}
