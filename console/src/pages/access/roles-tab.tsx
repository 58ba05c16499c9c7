import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { listRoles, type Role } from "../../api/access.ts";
import { Time } from "../../components/values.tsx";
import { access as words } from "../../messages/access.ts";
import { EntityTable } from "./entity-table.tsx";
import { PolicyDocuments } from "./policy-documents.tsx";
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
        { id: "name", header: words.name, isRowHeader: true, cell: ({ RoleName }) => RoleName },
        { id: "arn", header: words.arn, cell: ({ Arn }) => Arn },
        {
          ...{ id: "attached", header: words.attached },
          cell: ({ AttachedManagedPolicies = [] }) =>
            AttachedManagedPolicies.map(({ PolicyName }) => PolicyName).join(", ") || "–",
        },
        {
          ...{ id: "inline", header: words.inline },
          cell: ({ RolePolicyList = [] }) =>
            RolePolicyList.map(({ PolicyName }) => PolicyName).join(", ") || "–",
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
