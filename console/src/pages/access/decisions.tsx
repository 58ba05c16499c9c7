import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQueries, useQuery } from "@tanstack/react-query";
import {
  type Access,
  type AccessQuestion,
  explain,
  type Simulated,
  simulateDraft,
} from "../../api/access.ts";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { Status } from "../../components/status.tsx";
import { access as words } from "../../messages/access.ts";
import { messages } from "../../messages.ts";
import { StatementTable } from "./statement-table.tsx";

type Asked = Omit<AccessQuestion, "action"> & { readonly actions: readonly string[] };
type Decision = keyof typeof words.decisions;

/** What becomes of each action by what is saved. */
export function StoredDecisions({ asked: { actions, ...asked } }: { asked: Asked }) {
  const queries = useQueries({
    queries: actions.map((action) => ({
      queryKey: ["access", "explained", action, asked],
      queryFn: ({ signal }: { signal: AbortSignal }) => explain({ ...asked, action }, signal),
    })),
  });
  const failed = queries.find(({ error }) => error !== null);
  if (failed !== undefined) {
    return <ErrorNotice error={failed.error} retry={() => void failed.refetch()} />;
  }
  return (
    <SpaceBetween size="l">
      {queries.map(({ data }, index) => (
        <Container
          key={actions[index]}
          header={
            <ActionHeader action={actions[index] ?? ""} decision={data && decisionOf(data)} />
          }
        >
          {data !== undefined && <Explained access={data} />}
        </Container>
      ))}
    </SpaceBetween>
  );
}

function decisionOf({ allowed, decidedBy }: Access): Decision {
  if (allowed) return "allowed";
  return decidedBy?.effect === "Deny" ? "explicit" : "implicit";
}

function ActionHeader({ action, decision }: { action: string; decision: Decision | undefined }) {
  return (
    <Header variant="h2" description={<DecisionText decision={decision} />}>
      {action}
    </Header>
  );
}

function DecisionText({ decision }: { decision: Decision | undefined }) {
  if (decision === undefined) {
    return <Status type="loading">{messages.loading}</Status>;
  }
  return (
    <Status type={decision === "allowed" ? "success" : "error"}>{words.decisions[decision]}</Status>
  );
}

function Explained({ access }: { access: Access }) {
  const { allowed, because, decidedBy, statements, nearMisses, missingContextKeys } = access;
  return (
    <SpaceBetween size="s">
      {because !== undefined && <span>{because}</span>}
      {missingContextKeys.length > 0 && <span>{words.missing(missingContextKeys.join(", "))}</span>}
      {statements.length === 0 ? (
        words.noPolicyHasSay
      ) : (
        <StatementTable statements={statements} decidedBy={decidedBy} />
      )}
      {!allowed && nearMisses.length > 0 && (
        <div>
          <Box variant="awsui-key-label">{words.nearMisses}</Box>
          <ul>
            {nearMisses.map((each) => (
              <li key={`${each.side} ${each.policy} ${each.statement}`}>
                {each.policy}, {each.sid ?? each.statement}: {each.misses.join("; ")}
              </li>
            ))}
          </ul>
        </div>
      )}
    </SpaceBetween>
  );
}

interface DraftDecisionsProps {
  readonly asked: Asked;
  readonly draft: string;
}

/** What would become of each action if the draft were the repository's policy. */
export function DraftDecisions({ asked, draft }: DraftDecisionsProps) {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["access", "draft", asked, draft],
    queryFn: ({ signal }) => simulateDraft(asked, draft, signal),
  });
  if (error !== null) return <ErrorNotice error={error} retry={() => void refetch()} />;
  if (isPending) return <Status type="loading">{messages.loading}</Status>;
  return (
    <SpaceBetween size="l">
      {data.map((result) => (
        <Container
          key={result.EvalActionName}
          header={
            <ActionHeader
              action={result.EvalActionName ?? ""}
              decision={draftDecisions[result.EvalDecision ?? "implicitDeny"]}
            />
          }
        >
          <Matched result={result} draft={draft} />
        </Container>
      ))}
    </SpaceBetween>
  );
}

const draftDecisions: Readonly<Record<string, Decision>> = {
  ...{ allowed: "allowed", explicitDeny: "explicit", implicitDeny: "implicit" },
};

/** Of the draft the lines of the statements that fit; of others which policy they are in. */
function Matched({ result, draft }: { result: Simulated; draft: string }) {
  const { MatchedStatements: matched = [], MissingContextValues: missing = [] } = result;
  const lines = draft.split("\n");
  return (
    <SpaceBetween size="s">
      {missing.length > 0 && <span>{words.missing(missing.join(", "))}</span>}
      <Box variant="awsui-key-label">
        {matched.length === 0 ? words.noneMatched : words.matched}
      </Box>
      {matched.map(({ SourcePolicyId: policy = "", StartPosition, EndPosition }) => {
        const [from, to] = [StartPosition?.Line ?? 0, EndPosition?.Line ?? 0];
        const isDraft = policy === "ResourcePolicy";
        return (
          <div key={`${policy} ${from}`}>
            {words.lines(isDraft ? words.draft : policy, from, to)}
            {isDraft && <pre>{lines.slice(Math.max(0, from - 1), to).join("\n")}</pre>}
          </div>
        );
      })}
    </SpaceBetween>
  );
}
