import Autosuggest from "@cloudscape-design/components/autosuggest";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { currentRegion } from "../../api/call.ts";
import { configurationOf, type Destination, putRules, type Rule } from "../../api/replication.ts";
import { ActionDialog } from "../../components/action-dialog.tsx";
import { EquivalentCli } from "../../components/equivalent-cli.tsx";
import { replication as words } from "../../messages/replication.ts";
import { messages } from "../../messages.ts";
import { useNotices } from "../../notices.tsx";
import { useSession, useWelcome } from "../../session-context.tsx";
import { PrefixMatches } from "./prefix-matches.tsx";

/** A rule while it is written: prefixes as they were typed. */
interface Draft {
  readonly destinations: readonly Destination[];
  readonly prefixes: string;
}

interface RulesDialogProps {
  readonly rules: readonly Rule[];
  readonly close: () => void;
}

export function RulesDialog({ rules: stored, close }: RulesDialogProps) {
  const queries = useQueryClient();
  const { succeed } = useNotices();
  const session = useSession();
  const account = session.kind === "in" ? session.who.account : "";
  const blank = { destinations: [{ region: "", registryId: account }], prefixes: "" };
  const [drafts, setDrafts] = useState<readonly Draft[]>(() =>
    stored.length === 0
      ? [blank]
      : stored.map(({ destinations, prefixes }) => ({
          destinations,
          prefixes: prefixes.join(" "),
        })),
  );
  const rules = drafts.map(({ destinations, prefixes }) => ({
    destinations,
    prefixes: prefixes.split(/\s+/).filter((each) => each !== ""),
  }));
  const isRight = rules.every(({ destinations }) => destinations.every(isDestination));
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => putRules(rules),
    onSuccess: () => {
      succeed(words.saved);
      void queries.invalidateQueries({ queryKey: ["repositories"] });
      close();
    },
  });
  return (
    <ActionDialog
      {...{ title: words.edit, action: words.save, close, error, isBusy: isPending }}
      act={() => mutate()}
      isReady={isRight}
    >
      <span>{words.saveText}</span>
      {drafts.map((draft, index) => (
        <RuleForm
          // A rule has no name but its place.
          key={index}
          number={index + 1}
          draft={draft}
          prefixes={rules[index]?.prefixes ?? []}
          put={(next) => setDrafts(drafts.with(index, next))}
          remove={() => setDrafts(drafts.toSpliced(index, 1))}
        />
      ))}
      <Button iconName="add-plus" onClick={() => setDrafts([...drafts, blank])}>
        {words.addRule}
      </Button>
      {!isRight && <Box color="text-status-error">{words.wrong}</Box>}
      <EquivalentCli
        service="ecr"
        operation="PutReplicationConfiguration"
        input={{ replicationConfiguration: configurationOf(rules) }}
      />
    </ActionDialog>
  );
}

function isDestination({ region, registryId }: Destination): boolean {
  return /^[0-9a-z-]{2,25}$/.test(region) && /^\d{12}$/.test(registryId);
}

interface RuleFormProps {
  readonly number: number;
  readonly draft: Draft;
  readonly prefixes: readonly string[];
  readonly put: (draft: Draft) => void;
  readonly remove: () => void;
}

function RuleForm({ number, draft, prefixes, put, remove }: RuleFormProps) {
  const { destinations } = draft;
  const putDestination = (index: number, next: Destination) =>
    put({ ...draft, destinations: destinations.with(index, next) });
  const add = () =>
    put({
      ...draft,
      destinations: [
        ...destinations,
        { region: "", registryId: destinations.at(-1)?.registryId ?? "" },
      ],
    });
  return (
    <Container
      header={
        <Header
          variant="h3"
          actions={
            <Button ariaLabel={`${words.removeRule} ${number}`} onClick={remove}>
              {words.removeRule}
            </Button>
          }
        >
          {words.rule(number)}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {destinations.map((destination, index) => (
          <DestinationFields
            // A destination has no name while it is typed.
            key={index}
            destination={destination}
            put={(next) => putDestination(index, next)}
            remove={
              destinations.length === 1
                ? undefined
                : () => put({ ...draft, destinations: destinations.toSpliced(index, 1) })
            }
          />
        ))}
        <Button onClick={add}>{words.addDestination}</Button>
        <FormField
          label={words.prefixes}
          description={words.prefixesHint}
          constraintText={<PrefixMatches prefixes={prefixes} />}
        >
          <Input
            value={draft.prefixes}
            onChange={({ detail }) => put({ ...draft, prefixes: detail.value })}
          />
        </FormField>
      </SpaceBetween>
    </Container>
  );
}

interface DestinationFieldsProps {
  readonly destination: Destination;
  readonly put: (destination: Destination) => void;
  readonly remove: (() => void) | undefined;
}

function DestinationFields({ destination, put, remove }: DestinationFieldsProps) {
  const { regions } = useWelcome();
  const others = regions.filter((region) => region !== currentRegion());
  return (
    <Grid
      gridDefinition={[
        ...[5, 5].map((colspan) => ({ colspan: { default: 12, xxs: colspan } })),
        { colspan: { default: 12, xxs: 2 } },
      ]}
    >
      <FormField label={words.region}>
        <Autosuggest
          value={destination.region}
          options={others.map((value) => ({ value }))}
          enteredTextLabel={(value) => value}
          empty={messages.noMatch}
          onChange={({ detail }) => put({ ...destination, region: detail.value })}
        />
      </FormField>
      <FormField label={words.account}>
        <Input
          value={destination.registryId}
          inputMode="numeric"
          onChange={({ detail }) => put({ ...destination, registryId: detail.value })}
        />
      </FormField>
      {remove === undefined ? (
        <span />
      ) : (
        <Button variant="icon" iconName="remove" ariaLabel={words.remove} onClick={remove} />
      )}
    </Grid>
  );
}
