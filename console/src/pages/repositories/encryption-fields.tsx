import Alert from "@cloudscape-design/components/alert";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { currentRegion } from "../../api/call.ts";
import { listKeys } from "../../api/kms.ts";
import { messages } from "../../messages.ts";

const words = messages.create;

export interface EncryptionDraft {
  readonly kind: "AES256" | "KMS" | "OWN";
  /** The ARN of the key, where it is an own one. */
  readonly kmsKey: string;
}

export const firstEncryption: EncryptionDraft = { kind: "AES256", kmsKey: "" };

export function isWhole({ kind, kmsKey }: EncryptionDraft): boolean {
  return kind !== "OWN" || kmsKey !== "";
}

/** As CreateRepository takes it. */
export function encryptionInput({ kind, kmsKey }: EncryptionDraft) {
  if (kind === "AES256") return {};
  const encryptionConfiguration = {
    ...{ encryptionType: "KMS" },
    ...(kind === "OWN" && { kmsKey }),
  };
  return { encryptionConfiguration };
}

interface EncryptionFieldsProps {
  readonly draft: EncryptionDraft;
  readonly change: (draft: EncryptionDraft) => void;
}

export function EncryptionFields({ draft, change }: EncryptionFieldsProps) {
  const { kind, kmsKey } = draft;
  const { data: keys = [] } = useQuery({
    queryKey: ["keys", currentRegion()],
    enabled: kind === "OWN",
    queryFn: ({ signal }) => listKeys(signal),
  });
  const options = keys
    .filter(({ manager, state }) => manager === "CUSTOMER" && state === "Enabled")
    .map(({ arn, id, alias }) => ({ value: arn, label: alias ?? id, description: arn }));
  return (
    <SpaceBetween size="m">
      <FormField label={words.encryption}>
        <RadioGroup
          value={kind}
          onChange={({ detail }) =>
            change({ ...draft, kind: detail.value as EncryptionDraft["kind"] })
          }
          items={[
            { value: "AES256", label: words.aes, description: words.aesHint },
            { value: "KMS", label: words.kms, description: words.kmsHint },
            { value: "OWN", label: words.kmsOwn, description: words.kmsOwnHint },
          ]}
        />
      </FormField>
      {kind === "OWN" && (
        <FormField label={words.key} description={words.cost}>
          <Select
            selectedOption={options.find(({ value }) => value === kmsKey) ?? null}
            options={options}
            empty={words.noKeys}
            placeholder={words.key}
            onChange={({ detail }) =>
              change({ ...draft, kmsKey: detail.selectedOption.value ?? "" })
            }
          />
        </FormField>
      )}
      {kind !== "AES256" && <Alert type="warning">{words.final}</Alert>}
    </SpaceBetween>
  );
}
