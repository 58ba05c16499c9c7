import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import ToggleButton from "@cloudscape-design/components/toggle-button";
import { security as words } from "../../messages/security.ts";
import { type AskedFindings, type GroupBy, groups, severities, sorts } from "./asked-findings.ts";

/** What each way to look at findings can be narrowed by. */
const narrowedBy: Readonly<Record<GroupBy, readonly ("repository" | "cve" | "package")[]>> = {
  none: ["repository", "cve", "package"],
  ...{ cve: ["cve"], package: ["package"], repository: ["repository"], image: ["repository"] },
};

export function FindingFilters({ asked }: { asked: AskedFindings }) {
  const { groupBy, sort, repository, cve, named, change } = asked;
  const values = { repository, cve, package: named };
  return (
    <Container>
      <SpaceBetween size="m">
        <ColumnLayout columns={groupBy === "none" ? 4 : 3}>
          <FormField label={words.groupBy}>
            <Select
              selectedOption={{ value: groupBy, label: words.groups[groupBy] }}
              options={groups.map((value) => ({ value, label: words.groups[value] }))}
              onChange={({ detail }) => change({ by: detail.selectedOption.value ?? "" })}
            />
          </FormField>
          {groupBy === "none" && (
            <FormField label={words.sortBy}>
              <Select
                selectedOption={{ value: sort, label: words.sorts[sort] }}
                options={sorts.map((value) => ({ value, label: words.sorts[value] }))}
                onChange={({ detail }) => change({ sort: detail.selectedOption.value ?? "" })}
              />
            </FormField>
          )}
          {narrowedBy[groupBy].map((name) => (
            <FormField key={name} label={words[name]}>
              <Input
                type="search"
                value={values[name]}
                onChange={({ detail }) => change({ [name]: detail.value })}
              />
            </FormField>
          ))}
        </ColumnLayout>
        {groupBy === "none" && <Chips asked={asked} />}
      </SpaceBetween>
    </Container>
  );
}

function Chips({ asked: { wanted, isFixable, isExploited, change } }: { asked: AskedFindings }) {
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      {severities.map((severity) => (
        <ToggleButton
          key={severity}
          pressed={wanted.includes(severity)}
          onChange={({ detail }) => {
            const others = wanted.filter((each) => each !== severity);
            change({ severity: [...others, ...(detail.pressed ? [severity] : [])].join(",") });
          }}
        >
          {severity.charAt(0) + severity.slice(1).toLowerCase()}
        </ToggleButton>
      ))}
      <Checkbox
        checked={isFixable}
        onChange={({ detail }) => change({ fixable: detail.checked ? "1" : "" })}
      >
        {words.fixableOnly}
      </Checkbox>
      <Checkbox
        checked={isExploited}
        onChange={({ detail }) => change({ exploited: detail.checked ? "1" : "" })}
      >
        {words.exploitedOnly}
      </Checkbox>
    </SpaceBetween>
  );
}
