import Alert from "@cloudscape-design/components/alert";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Wizard from "@cloudscape-design/components/wizard";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useNavigate } from "react-router";
import {
  type CacheRuleInput,
  createRule,
  deleteRule,
  failureOf,
  type UpstreamInput,
  upstreams,
} from "../../api/pull-through.ts";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { Fields } from "../../components/fields.tsx";
import { Page } from "../../components/page.tsx";
import { pullThrough as words } from "../../messages/pull-through.ts";
import { useNotices } from "../../notices.tsx";
import { TestConnection } from "./test-connection.tsx";

interface Draft {
  readonly source: string;
  readonly host: string;
  readonly credentialArn: string;
  readonly prefix: string;
  readonly upstreamPrefix: string;
}

interface StepProps {
  readonly draft: Draft;
  readonly change: (values: Partial<Draft>) => void;
}

const begin = { source: "ecr-public", host: "", credentialArn: "", prefix: "", upstreamPrefix: "" };

function known(source: string): { host: string; isClosed: boolean } | undefined {
  return upstreams[source as keyof typeof upstreams];
}

function inputOf({ source, host, credentialArn, prefix, upstreamPrefix }: Draft): CacheRuleInput {
  return {
    ...{ ecrRepositoryPrefix: prefix.trim() },
    upstreamRegistryUrl: known(source)?.host ?? host.trim(),
    ...(upstreamPrefix.trim() !== "" && { upstreamRepositoryPrefix: upstreamPrefix.trim() }),
    ...(credentialArn.trim() !== "" && { credentialArn: credentialArn.trim() }),
  };
}

/** Source, credentials, prefix, review: the rule is made, tried, and taken back if it does not work. */
export function CreateRulePage() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { succeed } = useNotices();
  const [draft, setDraft] = useState<Draft>(begin);
  const [step, setStep] = useState(0);
  const input = inputOf(draft);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => createAndTry(input),
    onSuccess() {
      succeed(words.made(input.ecrRepositoryPrefix));
      void queries.invalidateQueries({ queryKey: ["pull-through"] });
      navigate("/pull-through");
    },
  });
  const change = (values: Partial<Draft>) => setDraft({ ...draft, ...values });
  return (
    <Page title={words.title}>
      <Wizard
        activeStepIndex={step}
        isLoadingNextStep={isPending}
        onNavigate={({ detail }) =>
          isWhole(draft, step, detail.requestedStepIndex) && setStep(detail.requestedStepIndex)
        }
        onCancel={() => navigate("/pull-through")}
        onSubmit={() => mutate()}
        submitButtonText={words.create}
        i18nStrings={{
          stepNumberLabel: words.step,
          collapsedStepsLabel: words.progress,
          ...{ nextButton: words.next, previousButton: words.previous },
          cancelButton: words.cancel,
        }}
        steps={[
          { title: words.steps.source, content: <Source {...{ draft, change }} /> },
          {
            title: words.steps.credentials,
            content: <Credentials {...{ draft, change, input }} />,
          },
          { title: words.steps.prefix, content: <Prefix {...{ draft, change }} /> },
          { title: words.steps.review, content: <Review {...{ input, error }} /> },
        ]}
      />
    </Page>
  );
}

/** A step forward needs what the steps before it ask for. */
function isWhole({ source, host, prefix }: Draft, from: number, to: number): boolean {
  if (to <= from) return true;
  if (known(source) === undefined && host.trim() === "") return false;
  return to < 3 || prefix.trim() !== "";
}

async function createAndTry(input: CacheRuleInput): Promise<void> {
  await createRule(input);
  const { ecrRepositoryPrefix: prefix } = input;
  const failure = await failureOf(prefix).then(
    (words) => (words === undefined ? undefined : new Error(words)),
    (error: unknown) => error, // It could not be tried: nobody knows whether it works.
  );
  if (failure === undefined) return;
  await deleteRule(prefix);
  throw failure;
}

function Source({ draft, change }: StepProps): ReactNode {
  return (
    <SpaceBetween size="m">
      <FormField label={words.source}>
        <RadioGroup
          value={draft.source}
          onChange={({ detail }) => change({ source: detail.value })}
          items={Object.entries(words.sources).map(([value, label]) => ({ value, label }))}
        />
      </FormField>
      {known(draft.source) === undefined && (
        <FormField label={words.host} description={words.hostHint}>
          <Input value={draft.host} onChange={({ detail }) => change({ host: detail.value })} />
        </FormField>
      )}
    </SpaceBetween>
  );
}

function Credentials({
  draft,
  change,
  input,
}: StepProps & { readonly input: UpstreamInput }): ReactNode {
  return (
    <SpaceBetween size="m">
      {known(draft.source)?.isClosed === true && (
        <Alert type="info">{words.needsCredentials}</Alert>
      )}
      <FormField label={words.credentials} description={words.credentialsHint}>
        <Input
          value={draft.credentialArn}
          onChange={({ detail }) => change({ credentialArn: detail.value })}
        />
      </FormField>
      <TestConnection
        key={`${input.upstreamRegistryUrl} ${input.credentialArn ?? ""}`}
        input={input}
      />
    </SpaceBetween>
  );
}

function Prefix({ draft, change }: StepProps): ReactNode {
  return (
    <SpaceBetween size="m">
      <FormField label={words.prefix} description={words.prefixHint}>
        <Input value={draft.prefix} onChange={({ detail }) => change({ prefix: detail.value })} />
      </FormField>
      <FormField label={words.upstreamPrefix} description={words.upstreamPrefixHint}>
        <Input
          value={draft.upstreamPrefix}
          onChange={({ detail }) => change({ upstreamPrefix: detail.value })}
        />
      </FormField>
    </SpaceBetween>
  );
}

function Review({ input, error }: { input: CacheRuleInput; error: unknown }): ReactNode {
  return (
    <SpaceBetween size="m">
      {error !== null && <ErrorNotice error={error} />}
      <Fields
        columns={2}
        fields={[
          [words.prefix, input.ecrRepositoryPrefix],
          [words.upstream, input.upstreamRegistryUrl],
          [words.upstreamPrefix, input.upstreamRepositoryPrefix ?? "–"],
          [words.credentials, input.credentialArn ?? words.none],
        ]}
      />
      <TestConnection input={input} />
      <span>{words.testing}</span>
      <EquivalentCli service="ecr" operation="CreatePullThroughCacheRule" input={{ ...input }} />
    </SpaceBetween>
  );
}
