import ExpandableSection from "@cloudscape-design/components/expandable-section";
import { currentRegion } from "../api/call.ts";
import { messages } from "../messages.ts";
import { CommandLine } from "./command-line.tsx";

/** What the form does, as a command of the AWS CLI. */
export function EquivalentCli({ service, operation, input }: EquivalentCliProps) {
  return (
    <ExpandableSection headerText={messages.equivalentCli}>
      <CommandLine text={cliText(service, operation, input)} />
    </ExpandableSection>
  );
}

/** The same where `entrepot` has a command for it. Words are quoted where a shell needs that. */
export function EquivalentCommand({ words }: { words: readonly string[] }) {
  return (
    <ExpandableSection headerText={messages.equivalentCli}>
      <CommandLine text={commandText(words)} />
    </ExpandableSection>
  );
}

export function commandText(words: readonly string[]): string {
  const place = ["--endpoint", location.origin];
  return ["npx entrepot", ...[...words, ...place].map(quoted)].join(" ");
}

export interface EquivalentCliProps {
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export function cliText(
  service: string,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): string {
  const flags = Object.entries(input)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const flag = `--${kebab(name)}`;
      if (value === true) return flag;
      return `${flag} ${quoted(typeof value === "string" ? value : JSON.stringify(value))}`;
    });
  const place = `--endpoint-url ${location.origin} --region ${currentRegion()}`;
  return ["aws", service, kebab(operation), ...flags, place].join(" ");
}

function kebab(name: string): string {
  return name.replace(/(?<=[a-z0-9])([A-Z])/g, "-$1").toLowerCase();
}

export function quoted(text: string): string {
  return /^[\w./:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}
