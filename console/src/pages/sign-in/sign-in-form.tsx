import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { type FormEvent, type ReactNode, useState } from "react";
import { ApiError } from "../../api/errors.ts";
import { signInByKey, signInByPassword, welcome } from "../../api/session.ts";
import { explain } from "../../components/error-notice.tsx";
import { messages } from "../../messages.ts";
import { useWelcome } from "../../session-context.tsx";
import { SignOnButtons } from "./sign-on-buttons.tsx";

const words = messages.signIn;
/** What a signature may be off by. */
const clockSkewMs = 5 * 60_000;

/** @param text of a dialog: what is on the page behind it stays */
export function SignInForm({ text }: { text?: string }) {
  return (
    <SpaceBetween size="m">
      {text !== undefined && <span>{text}</span>}
      <SignOnButtons isDialog={text !== undefined} />
      <Tabs
        tabs={[
          { id: "key", label: words.key, content: <KeyForm /> },
          { id: "user", label: words.user, content: <UserForm /> },
        ]}
      />
    </SpaceBetween>
  );
}

function KeyForm() {
  const { region } = useWelcome();
  const [accessKeyId, setId] = useState("");
  const [secretAccessKey, setSecret] = useState("");
  const [sessionToken, setToken] = useState("");
  const attempt = () => {
    const token = sessionToken.trim();
    const keys = { accessKeyId: accessKeyId.trim(), secretAccessKey: secretAccessKey.trim() };
    return signInByKey(token === "" ? keys : { ...keys, sessionToken: token }, region);
  };
  return (
    <Attempt attempt={attempt}>
      <Field label={words.accessKeyId} value={accessKeyId} change={setId} autoComplete="username" />
      <Field label={words.secretAccessKey} value={secretAccessKey} change={setSecret} secret />
      <Field
        label={words.sessionToken}
        hint={words.sessionTokenHint}
        {...{ value: sessionToken, change: setToken, secret: true }}
      />
    </Attempt>
  );
}

function UserForm() {
  const { account: own } = useWelcome();
  const [account, setAccount] = useState(own);
  const [userName, setName] = useState("");
  const [password, setPassword] = useState("");
  const [newPassword, setNew] = useState("");
  const [isExpired, setExpired] = useState(false);
  const attempt = () =>
    signInByPassword({
      ...{ account: account.trim(), userName: userName.trim(), password },
      ...(newPassword === "" ? {} : { newPassword }),
    }).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === "PasswordResetRequired") setExpired(true);
      throw error;
    });
  return (
    <Attempt attempt={attempt}>
      <Field label={words.account} value={account} change={setAccount} inputMode="numeric" />
      <Field label={words.userName} value={userName} change={setName} autoComplete="username" />
      <Field label={words.password} value={password} change={setPassword} secret />
      {isExpired && (
        <Field
          label={words.newPassword}
          hint={words.newPasswordNeeded}
          {...{ value: newPassword, change: setNew, secret: true }}
        />
      )}
    </Attempt>
  );
}

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly secret?: boolean;
  readonly autoComplete?: string;
  readonly inputMode?: InputProps.InputMode;
}

function Field({
  label,
  hint,
  value,
  change,
  secret = false,
  autoComplete,
  inputMode,
}: FieldProps) {
  return (
    <FormField label={label} {...(hint === undefined ? {} : { description: hint })}>
      <Input
        value={value}
        onChange={({ detail }) => change(detail.value)}
        type={secret ? "password" : "text"}
        spellcheck={false}
        {...(autoComplete === undefined ? {} : { autoComplete })}
        {...(inputMode === undefined ? {} : { inputMode })}
      />
    </FormField>
  );
}

function Attempt({ attempt, children }: { attempt: () => Promise<void>; children: ReactNode }) {
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      await attempt();
    } catch (error) {
      setProblem(await reasonOf(error));
    } finally {
      setBusy(false);
    }
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
          {problem !== "" && <Alert type="error">{problem}</Alert>}
          {children}
        </SpaceBetween>
      </Form>
    </form>
  );
}

/** Which half was wrong is not told; what makes every signature wrong is. */
async function reasonOf(error: unknown): Promise<string> {
  if (!(error instanceof ApiError)) return explain(error).words;
  if (error.status === 429) return words.tooMany;
  if (error.code === "PasswordResetRequired") return words.newPasswordNeeded;
  if (error.code === "PasswordPolicyViolation" || error.status >= 500 || error.status === 0) {
    return explain(error).words;
  }
  const told = await welcome().catch(() => undefined);
  if (told !== undefined && Math.abs(told.now - Date.now()) > clockSkewMs) {
    return words.clock(Math.abs(told.now - Date.now()) / 1000);
  }
  if (told !== undefined && told.host !== location.host) {
    return words.host(told.host, location.host);
  }
  return words.failed;
}
