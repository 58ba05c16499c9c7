import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { listPolicies, type Policy } from "../../api/access.ts";
import { LongName } from "../../components/long-name.tsx";
import { Time } from "../../components/values.tsx";
import { access as words } from "../../messages/access.ts";
import { EntityTable } from "./entity-table.tsx";
import { PolicyDocuments } from "./policy-documents.tsx";
import { secondsOf } from "./users-tab.tsx";

export function PoliciesTab() {
  return (
    <EntityTable
      kind="policies"
      read={listPolicies}
      nameOf={({ Arn = "" }) => Arn}
      empty={[words.noPolicies, words.noPoliciesText]}
      details={(policy) => <PolicyDetails key={policy.Arn} policy={policy} />}
      columns={[
        {
          ...{ id: "name", header: words.name, isRowHeader: true, minWidth: 140 },
          cell: ({ PolicyName }) => <LongName>{PolicyName}</LongName>,
        },
        {
          ...{ id: "arn", header: words.arn, minWidth: 200 },
          cell: ({ Arn }) => <LongName>{Arn}</LongName>,
        },
        { id: "uses", header: words.uses, cell: ({ AttachmentCount }) => AttachmentCount ?? 0 },
        {
          ...{ id: "version", header: words.version },
          cell: ({ DefaultVersionId }) => DefaultVersionId,
        },
        {
          ...{ id: "created", header: words.created },
          cell: ({ CreateDate }) => <Time seconds={secondsOf(CreateDate)} />,
        },
      ]}
    />
  );
}

function PolicyDetails({ policy }: { policy: Policy }) {
  const { PolicyName: name = "", PolicyVersionList: versions = [] } = policy;
  return (
    <Container header={<Header variant="h2">{words.details(name)}</Header>}>
      <PolicyDocuments
        policies={versions.map(({ VersionId = "", Document }) => [VersionId, Document] as const)}
      />
    </Container>
  );
}
