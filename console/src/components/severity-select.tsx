import Select from "@cloudscape-design/components/select";
import { messages } from "../messages.ts";
import { severities } from "./severity.tsx";

interface SeveritySelectProps {
  /** Empty: any. */
  readonly value: string;
  readonly choose: (value: string) => void;
}

/** Nothing less severe than. */
export function SeveritySelect({ value, choose }: SeveritySelectProps) {
  const options = [
    { value: "", label: messages.anySeverity },
    ...severities.slice(0, 4).map((each) => ({ value: each, label: messages.atLeast(each) })),
  ];
  return (
    <Select
      ariaLabel={messages.severity}
      options={options}
      selectedOption={options.find((option) => option.value === value) ?? options[0]!}
      onChange={({ detail }) => choose(detail.selectedOption.value ?? "")}
    />
  );
}
