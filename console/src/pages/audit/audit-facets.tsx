import Autosuggest from "@cloudscape-design/components/autosuggest";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import { type AuditCounts, type AuditFacet, auditFacets } from "../../api/audit-records.ts";
import { audit as words } from "../../messages/audit.ts";
import type { AskedAudit } from "./asked-audit.ts";

const labels: Readonly<Record<AuditFacet, string>> = {
  ...{ who: words.who, what: words.what, resource: words.resource },
  ...{ sourceAddress: words.source, userAgent: words.client, errorCode: words.decision },
};
const flags = [
  ["errors", "errorsOnly", words.failures],
  ["changes", "changesOnly", words.changes],
  ["live", "isLive", words.live],
] as const;

interface AuditFacetsProps {
  readonly asked: AskedAudit;
  readonly counts: AuditCounts | undefined;
}

/** What is asked of records, each beside all others. */
export function AuditFacets({ asked, counts }: AuditFacetsProps) {
  return (
    <Container>
      <SpaceBetween size="s">
        <ColumnLayout columns={3}>
          {auditFacets.map((facet) => (
            <FormField key={facet} label={labels[facet]}>
              <FacetField
                value={asked.filter[facet] ?? ""}
                values={counts?.facets[facet] ?? []}
                choose={(value) => asked.setFacet(facet, value)}
              />
            </FormField>
          ))}
        </ColumnLayout>
        <SpaceBetween direction="horizontal" size="m">
          {flags.map(([name, member, label]) => (
            <Checkbox
              key={name}
              checked={asked[member]}
              onChange={({ detail }) => asked.setFlag(name, detail.checked)}
            >
              {label}
            </Checkbox>
          ))}
        </SpaceBetween>
        {asked.isLive && asked.filter.what === undefined && (
          <Box variant="small">{words.liveHint}</Box>
        )}
      </SpaceBetween>
    </Container>
  );
}

interface FacetFieldProps {
  readonly value: string;
  readonly values: AuditCounts["facets"][AuditFacet];
  readonly choose: (value: string) => void;
}

/** Takes what records have, with how many have it, or any other text once that was typed. */
function FacetField({ value, values, choose }: FacetFieldProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const settle = (settled: string) => {
    setText(settled);
    if (settled.trim() !== value) choose(settled);
  };
  // What is chosen already keeps nothing from being seen.
  const word = text === value ? "" : text.toLowerCase();
  return (
    <Autosuggest
      value={text}
      filteringType="manual"
      options={values
        .filter((each) => each.value.toLowerCase().includes(word))
        .map((each) => ({ value: each.value, labelTag: each.recordCount.toLocaleString("en") }))}
      enteredTextLabel={words.use}
      empty={words.empty}
      onChange={({ detail }) => (detail.value === "" ? settle("") : setText(detail.value))}
      onSelect={({ detail }) => settle(detail.value)}
      onBlur={() => settle(text)}
    />
  );
}
