import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TagEditor, { type TagEditorProps } from "@cloudscape-design/components/tag-editor";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { call } from "../../api/call.ts";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { ErrorNotice } from "../../components/error-notice.tsx";
import { Page } from "../../components/page.tsx";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import {
  EncryptionFields,
  encryptionInput,
  firstEncryption,
  isWhole,
} from "./encryption-fields.tsx";
import { MutabilityFields, mutabilityDraft, mutabilityInput } from "./mutability-fields.tsx";
import { NameField, nameShape } from "./name-field.tsx";

const words = messages.create;

export function CreatePage() {
  const navigate = useNavigate();
  const { succeed } = useNotices();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [mutability, setMutability] = useState(() => mutabilityDraft({}));
  const [encryption, setEncryption] = useState(firstEncryption);
  const [scanOnPush, setScanOnPush] = useState(false);
  const [tags, setTags] = useState<readonly TagEditorProps.Tag[]>([]);
  const kept = tags.filter(({ markedForRemoval, key }) => !markedForRemoval && key !== "");
  const input = {
    repositoryName: name,
    ...mutabilityInput(mutability),
    ...encryptionInput(encryption),
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
  const isReady = nameShape.test(name) && isWhole(encryption);
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
                <EncryptionFields draft={encryption} change={setEncryption} />
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
