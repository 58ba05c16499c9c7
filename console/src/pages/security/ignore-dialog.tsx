import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Textarea from "@cloudscape-design/components/textarea";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { waive } from "../../api/findings.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { EquivalentCommand } from "../../components/equivalent-cli.tsx";
import { security as words } from "../../messages/security.ts";
import { useNotices } from "../../notices.tsx";
import type { FindingFacts } from "./finding-facts.ts";

const mostDays = 366;
const dayMs = 86_400_000;

type Ignorable = Pick<FindingFacts, "vulnerabilityId" | "packageName" | "repository">;

interface IgnoreDialogProps {
  readonly facts: Ignorable;
  readonly close: () => void;
}

/** Lives with a finding for a time: a waiver with a reason, a scope, an owner and an end. */
export function IgnoreDialog({ facts, close }: IgnoreDialogProps) {
  const queries = useQueryClient();
  const { succeed } = useNotices();
  const [said, setSaid] = useState(() => ({
    name: `${facts.vulnerabilityId}-${facts.packageName}`.replaceAll(/[^a-zA-Z0-9._-]+/g, "-"),
    scope: facts.repository,
    packageName: facts.packageName,
    ...{ reason: "", owner: "", days: "30" },
  }));
  const say = (name: keyof typeof said) => (event: { readonly detail: { value: string } }) =>
    setSaid({ ...said, [name]: event.detail.value });
  const days = Number(said.days);
  const isDays = Number.isInteger(days) && days >= 1 && days <= mostDays;
  const isSaid = [said.name, said.scope, said.reason, said.owner].every(
    (text) => text.trim() !== "",
  );
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      waive({
        ...{ waiverName: said.name, vulnerabilityId: facts.vulnerabilityId },
        ...(said.packageName !== "" && { packageName: said.packageName }),
        ...{ repositoryFilter: said.scope, reason: said.reason, owner: said.owner },
        expiresAt: (Date.now() + days * dayMs) / 1000,
      }),
    onSuccess: () => {
      succeed(words.ignoredNow(facts.vulnerabilityId));
      void queries.invalidateQueries({ queryKey: ["findings"] });
      void queries.invalidateQueries({ queryKey: ["repository"] });
      close();
    },
  });
  return (
    <ActionDialog
      {...{ title: words.ignoreTitle, action: words.ignore, close, error, isBusy: isPending }}
      act={() => mutate()}
      isReady={isSaid && isDays}
    >
      <span>
        {facts.vulnerabilityId}: {words.ignoreText}
      </span>
      <FormField label={words.why}>
        <Textarea value={said.reason} onChange={say("reason")} />
      </FormField>
      <ColumnLayout columns={2}>
        <FormField label={words.scope} description={words.scopeHint}>
          <Input value={said.scope} onChange={say("scope")} />
        </FormField>
        <FormField label={words.package} description={words.packageHint}>
          <Input value={said.packageName} onChange={say("packageName")} />
        </FormField>
        <FormField label={words.owner} description={words.ownerHint}>
          <Input value={said.owner} onChange={say("owner")} />
        </FormField>
        <FormField
          label={words.days}
          description={words.daysHint}
          errorText={isDays ? undefined : words.daysHint}
        >
          <Input type="number" value={said.days} onChange={say("days")} />
        </FormField>
        <FormField label={words.waiverName} description={words.waiverNameHint}>
          <Input value={said.name} onChange={say("name")} />
        </FormField>
      </ColumnLayout>
      <EquivalentCommand words={commandOf(facts, said)} />
    </ActionDialog>
  );
}

function commandOf(
  { vulnerabilityId }: Ignorable,
  said: Readonly<Record<"name" | "scope" | "packageName" | "reason" | "owner" | "days", string>>,
): string[] {
  return [
    ...["waiver", "set", said.name, "--repository", said.scope],
    ...["--vulnerability", vulnerabilityId],
    ...(said.packageName === "" ? [] : ["--package", said.packageName]),
    ...["--reason", said.reason, "--owner", said.owner, "--days", said.days],
  ];
}
