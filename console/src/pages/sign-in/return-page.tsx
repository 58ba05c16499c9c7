import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useEffect, useState } from "react";
import { useNavigate } from "react-router";
import { completeSignOn, keptPlace, type RoleChoice, takeRole } from "../../api/sign-on.ts";
import { explain } from "../../components/error-notice.tsx";
import { Status } from "../../components/status.tsx";
import { messages } from "../../messages.ts";

const words = messages.signIn;

/** An answer is good once, however often this page is drawn. */
let completing: Promise<RoleChoice | undefined> | undefined;

function complete(): Promise<RoleChoice | undefined> {
  const back = new URLSearchParams(location.search);
  // What came with it stays neither in the address nor in the history.
  if (back.size > 0) {
    history.replaceState(history.state, "", location.pathname);
    completing = completeSignOn(back);
  }
  completing ??= completeSignOn(back);
  return completing;
}

/** Where an identity provider sends people back to: signs them in, or says why not. */
export function ReturnPage() {
  const navigate = useNavigate();
  const [choice, setChoice] = useState<RoleChoice>();
  const [problem, setProblem] = useState("");
  useEffect(() => {
    document.title = `${words.title} – ${messages.product}`;
    complete().then(setChoice, (error: unknown) => setProblem(explain(error).words));
  }, []);
  return (
    <main className="sign-in">
      <Container header={<Header variant="h1">{words.title}</Header>}>
        {problem !== "" ? (
          <SpaceBetween size="m">
            <Alert type="error">{problem}</Alert>
            <Button onClick={() => navigate(`/sign-in${keptPlace()}`, { replace: true })}>
              {words.back}
            </Button>
          </SpaceBetween>
        ) : choice === undefined ? (
          <Status type="loading">{words.waiting}</Status>
        ) : (
          <Choice choice={choice} fail={setProblem} />
        )}
      </Container>
    </main>
  );
}

interface ChoiceProps {
  readonly choice: RoleChoice;
  readonly fail: (problem: string) => void;
}

function Choice({ choice: { roles, ticket }, fail }: ChoiceProps) {
  const [roleArn, setRole] = useState(roles[0]?.arn ?? "");
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    await takeRole(ticket, roleArn).catch((error: unknown) => fail(explain(error).words));
  };
  return (
    <form onSubmit={submit}>
      <Form
        actions={
          <Button variant="primary" formAction="submit" loading={isBusy}>
            {words.title}
          </Button>
        }
      >
        <SpaceBetween size="m">
          <span>{words.chooseRole}</span>
          <FormField label={words.role}>
            <RadioGroup
              value={roleArn}
              onChange={({ detail }) => setRole(detail.value)}
              items={roles.map(({ arn, name, description }) => ({
                ...{ value: arn, label: description || name, description: name },
              }))}
            />
          </FormField>
        </SpaceBetween>
      </Form>
    </form>
  );
}
