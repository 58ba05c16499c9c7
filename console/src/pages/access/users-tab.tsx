import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";
import { listUsers, type User } from "../../api/access.ts";
import { LongName } from "../../components/long-name.tsx";
import { Time } from "../../components/values.tsx";
import { access as words } from "../../messages/access.ts";
import { AccessKeys } from "./access-keys.tsx";
import { EntityTable } from "./entity-table.tsx";
import { PolicyDocuments } from "./policy-documents.tsx";
import { PolicyNames } from "./policy-names.tsx";

export function UsersTab() {
  return (
    <EntityTable
      kind="users"
      read={listUsers}
      nameOf={({ UserName = "" }) => UserName}
      empty={[words.noUsers, words.noUsersText]}
      details={(user) => <UserDetails key={user.UserName} user={user} />}
      columns={[
        {
          ...{ id: "name", header: words.name, isRowHeader: true, minWidth: 130 },
          cell: ({ UserName }) => <LongName>{UserName}</LongName>,
        },
        {
          ...{ id: "arn", header: words.arn, minWidth: 200 },
          cell: ({ Arn }) => <LongName>{Arn}</LongName>,
        },
        {
          ...{ id: "groups", header: words.groups },
          cell: ({ GroupList = [] }) => GroupList.join(", ") || "–",
        },
        {
          ...{ id: "attached", header: words.attached, minWidth: 130 },
          cell: ({ AttachedManagedPolicies }) => <PolicyNames policies={AttachedManagedPolicies} />,
        },
        {
          ...{ id: "inline", header: words.inline, minWidth: 130 },
          cell: ({ UserPolicyList }) => <PolicyNames policies={UserPolicyList} />,
        },
        {
          ...{ id: "created", header: words.created },
          cell: ({ CreateDate }) => <Time seconds={secondsOf(CreateDate)} />,
        },
      ]}
    />
  );
}

/** IAM writes times as ISO 8601. */
export function secondsOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time) / 1000;
}

function UserDetails({ user }: { user: User }) {
  const { UserName: name = "", Arn: arn = "", UserPolicyList: inline = [] } = user;
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header variant="h2" actions={<SimulateButton arn={arn} />}>
            {words.details(name)}
          </Header>
        }
      >
        <PolicyDocuments
          policies={inline.map(
            ({ PolicyName = "", PolicyDocument }) => [PolicyName, PolicyDocument] as const,
          )}
        />
      </Container>
      <AccessKeys userName={name} />
    </SpaceBetween>
  );
}

/** What they may do, asked of the simulator. */
export function SimulateButton({ arn }: { arn: string }) {
  const navigate = useNavigate();
  const to = `/access?${new URLSearchParams({ tab: "simulator", principal: arn })}`;
  return <Button onClick={() => navigate(to)}>{words.simulate}</Button>;
}
