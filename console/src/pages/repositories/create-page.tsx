import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TagEditor, { type TagEditorProps } from "@cloudscape-design/components/tag-editor";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { call, currentRegion } from "../../api/call.ts";
import { describeRepository } from "../../api/ecr.ts";
import { ApiError } from "../../api/errors.ts";
import { listKeys } from "../../api/kms.ts";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { Page } from "../../components/page.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import { MutabilityFields, mutabilityDraft, mutabilityInput } from "./mutability-fields.tsx";

const words = messages.create;
type Encryption = "AES256" | "KMS" | "OWN";
/** As ECR names repositories. */
const nameShape =
  /^(?=.{2,256}$)(?:[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*\/)*[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;

export function CreatePage() {
  const navigate = useNavigate();
  const { succeed } = useNotices();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [mutability, setMutability] = useState(() => mutabilityDraft({}));
  const [encryption, setEncryption] = useState<Encryption>("AES256");
  const [kmsKey, setKmsKey] = useState("");
  const [scanOnPush, setScanOnPush] = useState(false);
  const [tags, setTags] = useState<readonly TagEditorProps.Tag[]>([]);
  const kept = tags.filter(({ markedForRemoval, key }) => !markedForRemoval && key !== "");
  const input = {
    repositoryName: name,
    ...mutabilityInput(mutability),
    ...(encryption !== "AES256" && {
      encryptionConfiguration: {
        ...{ encryptionType: "KMS" },
        ...(encryption === "OWN" && { kmsKey }),
      },
    }),
    ...(scanOnPush && { imageScanningConfiguration: { scanOnPush } }),
    ...(kept.length > 0 && { tags: kept.map(({ key, value }) => ({ Key: key, Value: value })) }),
  };
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => call("ecr", "CreateRepository", input),
    onSuccess: () => {
      succeed(messages.repositories.created2(name));
      void queries.invalidateQueries({ queryKey: ["repositories"] });
      navigate(`/r/${name}/-/images`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutate();
  };
  const isReady = nameShape.test(name) && (encryption !== "OWN" || kmsKey !== "");
  return (
    <Page title={words.title}>
      <form onSubmit={submit}>
        <Form
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={() => navigate("/repositories")}>
                {words.cancel}
              </Button>
              <Button variant="primary" formAction="submit" disabled={!isReady} loading={isPending}>
                {words.submit}
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="l">
            {error !== null && <ErrorNotice error={error} />}
            <Container>
              <SpaceBetween size="l">
                <NameField name={name} change={setName} />
                <MutabilityFields draft={mutability} change={setMutability} />
                <EncryptionFields {...{ encryption, setEncryption, kmsKey, setKmsKey }} />
                <FormField label={words.scanning}>
                  <Checkbox
                    checked={scanOnPush}
                    onChange={({ detail }) => setScanOnPush(detail.checked)}
                  >
                    {words.scanOnPush}
                  </Checkbox>
                </FormField>
                <FormField label={words.tags} stretch>
                  <TagEditor
                    tags={tags}
                    onChange={({ detail }) => setTags(detail.tags)}
                    tagLimit={50}
                  />
                </FormField>
              </SpaceBetween>
            </Container>
            <EquivalentCli service="ecr" operation="CreateRepository" input={input} />
          </SpaceBetween>
        </Form>
      </form>
    </Page>
  );
}

function NameField({ name, change }: { name: string; change: (name: string) => void }) {
  const isShaped = nameShape.test(name);
  const { data: isTaken } = useQuery({
    queryKey: ["name", currentRegion(), name],
    enabled: isShaped,
    queryFn: ({ signal }) =>
      describeRepository(name, signal).then(
        () => true,
        (error: unknown) => {
          if (error instanceof ApiError && error.code.startsWith("RepositoryNotFound"))
            return false;
          throw error;
        },
      ),
  });
  const problem = name !== "" && !isShaped ? words.nameWrong : isTaken ? words.nameTaken : "";
  return (
    <FormField
      label={words.name}
      description={words.nameHint}
      errorText={problem}
      constraintText={isShaped && isTaken === false ? words.nameFree : ""}
    >
      <Input value={name} onChange={({ detail }) => change(detail.value)} spellcheck={false} />
    </FormField>
  );
}

interface EncryptionProps {
  readonly encryption: Encryption;
  readonly setEncryption: (encryption: Encryption) => void;
  readonly kmsKey: string;
  readonly setKmsKey: (key: string) => void;
}

function EncryptionFields({ encryption, setEncryption, kmsKey, setKmsKey }: EncryptionProps) {
  const { data: keys = [] } = useQuery({
    queryKey: ["keys", currentRegion()],
    enabled: encryption === "OWN",
    queryFn: ({ signal }) => listKeys(signal),
  });
  const options = keys
    .filter(({ manager, state }) => manager === "CUSTOMER" && state === "Enabled")
    .map(({ arn, id, alias }) => ({ value: arn, label: alias ?? id, description: arn }));
  return (
    <SpaceBetween size="m">
      <FormField label={words.encryption}>
        <RadioGroup
          value={encryption}
          onChange={({ detail }) => setEncryption(detail.value as Encryption)}
          items={[
            { value: "AES256", label: words.aes, description: words.aesHint },
            { value: "KMS", label: words.kms, description: words.kmsHint },
            { value: "OWN", label: words.kmsOwn, description: words.kmsOwnHint },
          ]}
        />
      </FormField>
      {encryption === "OWN" && (
        <FormField label={words.key} description={words.cost}>
          <Select
            selectedOption={options.find(({ value }) => value === kmsKey) ?? null}
            options={options}
            empty={words.noKeys}
            placeholder={words.key}
            onChange={({ detail }) => setKmsKey(detail.selectedOption.value ?? "")}
          />
        </FormField>
      )}
      {encryption !== "AES256" && <Alert type="warning">{words.final}</Alert>}
    </SpaceBetween>
  );
}
