import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useMutation, useQuery } from "@tanstack/react-query";
import { lint } from "../../api/access.ts";
import { call } from "../../api/call.ts";
import { ApiError } from "../../api/errors.ts";
import { Status } from "../../components/status.tsx";
import { access as words } from "../../messages/access.ts";
import { useNotices } from "../../notices.tsx";

interface DraftPolicyProps {
  readonly draft: string;
  readonly setDraft: (text: string) => void;
  readonly repository: string;
}

/** A repository policy that is tried before anybody saves it. */
export function DraftPolicy({ draft, setDraft, repository }: DraftPolicyProps) {
  const { fail, succeed } = useNotices();
  const load = useMutation({
    mutationFn: () => storedPolicy(repository),
    onSuccess: (text) => (text === "" ? succeed(words.loaded) : setDraft(text)),
    onError: fail,
  });
  return (
    <ExpandableSection headerText={words.draft}>
      <SpaceBetween size="s">
        <span>{words.draftNote}</span>
        <Button disabled={repository === ""} loading={load.isPending} onClick={() => load.mutate()}>
          {words.loadDraft}
        </Button>
        <FormField label={words.draft} description={words.draftHint} stretch>
          <Textarea
            value={draft}
            rows={12}
            spellcheck={false}
            onChange={({ detail }) => setDraft(detail.value)}
          />
        </FormField>
        {draft.trim() !== "" && <Lint draft={draft} setDraft={setDraft} />}
      </SpaceBetween>
    </ExpandableSection>
  );
}

async function storedPolicy(repositoryName: string): Promise<string> {
  try {
    const { policyText } = await call<{ policyText: string }>(
      ...(["ecr", "GetRepositoryPolicy", { repositoryName }] as const),
    );
    return JSON.stringify(JSON.parse(policyText), null, 2);
  } catch (error) {
    if (error instanceof ApiError && error.code.startsWith("RepositoryPolicyNotFound")) return "";
    throw error;
  }
}

/** What is wrong with the text, and how it would be right. */
function Lint({ draft, setDraft }: Pick<DraftPolicyProps, "draft" | "setDraft">) {
  const { data } = useQuery({
    queryKey: ["lint", draft],
    queryFn: ({ signal }) => lint(draft, signal),
  });
  const corrected = data?.correctedDocument;
  return (
    <div aria-live="polite">
      {data?.findings.map(({ severity, sentence, code, line }) => (
        <div key={`${code} ${line} ${sentence}`}>
          <Status
            type={severity === "error" ? "error" : severity === "warning" ? "warning" : "info"}
          >
            {line}: {sentence}
          </Status>
        </div>
      ))}
      {corrected !== undefined && (
        <Button onClick={() => setDraft(corrected)}>{words.applyFix}</Button>
      )}
    </div>
  );
}
