import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { call } from "../api/call.ts";
import { messages } from "../messages.ts";
import { useNotices } from "../notices.tsx";
import { Beside } from "./beside.tsx";
import { EquivalentCli } from "./equivalent-cli.tsx";
import { Status } from "./status.tsx";

const words = messages.policy;

interface PolicyEditorProps {
  readonly title: string;
  readonly label: string;
  /** What is in force while there is no policy. */
  readonly none: string;
  readonly kind: "repository" | "registry";
  /** Empty: there is none. */
  readonly stored: string;
  /** The operations that set and delete it, and what they take beside the text. */
  readonly operations: { readonly put: string; readonly remove: string; readonly input: object };
  readonly saved: () => void;
  /** What shows the text as fields, in step with it. */
  readonly form?: (props: PolicyFormProps) => ReactNode;
}

interface PolicyFormProps {
  readonly text: string;
  readonly setText: (text: string) => void;
}

/** A policy as text: linted while it is written, corrected where it can be, saved as it stands. */
export function PolicyEditor(props: PolicyEditorProps) {
  const { stored, operations, kind } = props;
  const [text, setText] = useState(stored);
  const { succeed, fail } = useNotices();
  const done = () => {
    succeed(messages.repository.saved);
    props.saved();
  };
  const input = { ...operations.input, policyText: text };
  const save = useMutation({
    mutationFn: () => call("ecr", operations.put, input),
    ...{ onSuccess: done, onError: fail },
  });
  const remove = useMutation({
    mutationFn: () => call("ecr", operations.remove, operations.input),
    ...{ onSuccess: done, onError: fail },
  });
  const buttons = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button disabled={stored === ""} onClick={() => remove.mutate()}>
        {words.remove}
      </Button>
      <Button
        variant="primary"
        disabled={text.trim() === ""}
        loading={save.isPending}
        onClick={() => save.mutate()}
      >
        {messages.repository.save}
      </Button>
    </SpaceBetween>
  );
  const field = (
    <FormField label={props.label} stretch>
      <Textarea
        {...{ value: text, rows: 18, spellcheck: false }}
        onChange={({ detail }) => setText(detail.value)}
      />
    </FormField>
  );
  return (
    <Container
      header={
        <Header variant="h2" actions={buttons}>
          {props.title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {stored === "" && <Alert type="info">{props.none}</Alert>}
        {props.form === undefined ? (
          field
        ) : (
          <Beside form={props.form({ text, setText })} text={field} />
        )}
        {text.trim() !== "" && <Lint kind={kind} text={text} apply={setText} />}
        <EquivalentCli service="ecr" operation={operations.put} input={input} />
      </SpaceBetween>
    </Container>
  );
}

interface LintAnswer {
  readonly findings: readonly {
    readonly severity: string;
    readonly sentence: string;
    readonly code: string;
  }[];
  readonly correctedDocument?: string;
}

interface LintProps {
  readonly kind: string;
  readonly text: string;
  readonly apply: (text: string) => void;
}

/** What is wrong with the text, or would be a surprise. */
function Lint({ kind, text, apply }: LintProps) {
  const input = { policyKind: kind, policyDocument: text };
  const { data } = useQuery({
    queryKey: ["lint", input],
    queryFn: ({ signal }) => call<LintAnswer>("entrepot", "LintPolicy", input, signal),
  });
  const { correctedDocument: corrected, findings = [] } = data ?? {};
  return (
    <div aria-live="polite">
      {findings.map(({ severity, sentence, code }) => (
        <div key={code + sentence}>
          <Status type={indicators[severity] ?? "info"}>{sentence}</Status>
        </div>
      ))}
      {corrected !== undefined && (
        <Button onClick={() => apply(corrected)}>{words.applyFix}</Button>
      )}
    </div>
  );
}

const indicators: Readonly<Record<string, "error" | "warning">> = {
  error: "error",
  warning: "warning",
};
