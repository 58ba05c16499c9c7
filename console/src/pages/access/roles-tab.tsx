import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { listRoles, type Role } from "../../api/access.ts";
import { LongName } from "../../components/long-name.tsx";
import { Time } from "../../components/values.tsx";
import { access as words } from "../../messages/access.ts";
import { EntityTable } from "./entity-table.tsx";
import { PolicyDocuments } from "./policy-documents.tsx";
import { PolicyNames } from "./policy-names.tsx";
import { SimulateButton, secondsOf } from "./users-tab.tsx";

export function RolesTab() {
  return (
    <EntityTable
      kind="roles"
      read={listRoles}
      nameOf={({ RoleName = "" }) => RoleName}
      empty={[words.noRoles, words.noRolesText]}
      details={(role) => <RoleDetails key={role.RoleName} role={role} />}
      columns={[
        {
          ...{ id: "name", header: words.name, isRowHeader: true, minWidth: 130 },
          cell: ({ RoleName }) => <LongName>{RoleName}</LongName>,
        },
        {
          ...{ id: "arn", header: words.arn, minWidth: 200 },
          cell: ({ Arn }) => <LongName>{Arn}</LongName>,
        },
        {
          ...{ id: "attached", header: words.attached, minWidth: 130 },
          cell: ({ AttachedManagedPolicies }) => <PolicyNames policies={AttachedManagedPolicies} />,
        },
        {
          ...{ id: "inline", header: words.inline, minWidth: 130 },
          cell: ({ RolePolicyList }) => <PolicyNames policies={RolePolicyList} />,
        },
        {
          ...{ id: "used", header: words.lastUsed },
          cell: ({ RoleLastUsed }) => <Time seconds={secondsOf(RoleLastUsed?.LastUsedDate)} />,
        },
        {
          ...{ id: "created", header: words.created },
          cell: ({ CreateDate }) => <Time seconds={secondsOf(CreateDate)} />,
        },
      ]}
    />
  );
}

function RoleDetails({ role }: { role: Role }) {
  const { RoleName: name = "", Arn: arn = "", RolePolicyList: inline = [] } = role;
  return (
    <Container
      header={
        <Header variant="h2" actions={<SimulateButton arn={arn} />}>
          {words.details(name)}
        </Header>
      }
    >
      <PolicyDocuments
        policies={[
          [words.trust, role.AssumeRolePolicyDocument],
          ...inline.map(
            ({ PolicyName = "", PolicyDocument }) => [PolicyName, PolicyDocument] as const,
          ),
        ]}
      />
    </Container>
  );
}
