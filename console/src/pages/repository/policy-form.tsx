import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { WordListInput } from "../../components/word-list-input.tsx";
import { messages } from "../../messages.ts";
import {
  actionSets,
  actionsOf,
  addStatement,
  changeStatement,
  effects,
  type PlacedStatement,
  principalsOf,
  removeStatement,
  repositoryActions,
  type StatementChange,
  statementsOf,
} from "./policy-statements.ts";

const words = messages.policyForm;

interface PolicyFormProps {
  readonly text: string;
  readonly setText: (text: string) => void;
}

/** The statements of a policy's text, as fields. What there is no field for stays in the text, and is named. */
export function PolicyForm({ text, setText }: PolicyFormProps) {
  const statements = statementsOf(text);
  if (statements === undefined) return <Box color="text-body-secondary">{words.notJson}</Box>;
  return (
    <SpaceBetween size="m">
      <ol className="rules" aria-label={words.title}>
        {statements.map((placed, place) => {
          const name = words.statement(placed.statement.Sid, place);
          return (
            <li key={place}>
              <Container
                header={
                  <Header
                    variant="h3"
                    actions={
                      <Button
                        {...{ variant: "icon", iconName: "remove", ariaLabel: words.remove(name) }}
                        onClick={() => setText(removeStatement(text, place))}
                      />
                    }
                  >
                    {name}
                  </Header>
                }
              >
                <StatementFields
                  placed={placed}
                  change={(change) => setText(changeStatement(text, place, change))}
                />
              </Container>
            </li>
          );
        })}
      </ol>
      <Button iconName="add-plus" onClick={() => setText(addStatement(text))}>
        {words.add}
      </Button>
    </SpaceBetween>
  );
}

interface StatementFieldsProps {
  readonly placed: PlacedStatement;
  readonly change: (change: StatementChange) => void;
}

function StatementFields({ placed, change }: StatementFieldsProps) {
  const { statement, hidden } = placed;
  const { Sid, Effect, Principal } = statement;
  const options = effects.map((value) => ({ value, label: words.effects[value] }));
  const shows = (member: string) => !hidden.includes(member);
  return (
    <SpaceBetween size="s">
      {hidden.length > 0 && <Alert type="info">{words.hidden(hidden)}</Alert>}
      {shows("Sid") && (
        <FormField label={words.sid}>
          <Input
            value={String(Sid ?? "")}
            onChange={({ detail: { value } }) =>
              change({ member: "Sid", value: value === "" ? undefined : value })
            }
          />
        </FormField>
      )}
      {shows("Effect") && (
        <FormField label={words.effect}>
          <Select
            selectedOption={options.find(({ value }) => value === Effect) ?? null}
            options={options}
            onChange={({ detail }) =>
              change({ member: "Effect", value: detail.selectedOption.value })
            }
          />
        </FormField>
      )}
      {shows("Principal") && shows("NotPrincipal") && (
        <FormField label={words.principal} constraintText={words.principalHint}>
          <WordListInput
            words={principalsOf(Principal) ?? []}
            change={(value) => change({ member: "Principal", value })}
          />
        </FormField>
      )}
      {shows("Action") && shows("NotAction") && <Actions {...{ placed, change }} />}
    </SpaceBetween>
  );
}

/** Of a list, of sets, or typed: patterns and actions of other services as well. */
function Actions({ placed, change }: StatementFieldsProps) {
  const [typed, setTyped] = useState("");
  const chosen = actionsOf(placed);
  const set = (value: readonly string[]) => change({ member: "Action", value: [...value] });
  const options = [...new Set([...repositoryActions, ...chosen])].map((value) => ({
    ...{ value, label: value },
  }));
  const add = (more: readonly string[]) => set([...new Set([...chosen, ...more])]);
  return (
    <SpaceBetween size="xs">
      <FormField label={words.actions}>
        <Multiselect
          selectedOptions={options.filter(({ value }) => chosen.includes(value))}
          options={options}
          filteringType="auto"
          placeholder={words.chooseActions}
          deselectAriaLabel={({ label = "" }) => words.removeAction(label)}
          onChange={({ detail }) => {
            const now = detail.selectedOptions.map(({ value = "" }) => value);
            // Those that stay keep their order.
            set([
              ...chosen.filter((each) => now.includes(each)),
              ...now.filter((each) => !chosen.includes(each)),
            ]);
          }}
        />
      </FormField>
      <SpaceBetween direction="horizontal" size="xs">
        {(["pull", "push"] as const).map((name) => (
          <Button key={name} onClick={() => add(actionSets[name])}>
            {words.sets[name]}
          </Button>
        ))}
      </SpaceBetween>
      <FormField
        label={words.otherAction}
        constraintText={words.otherActionHint}
        secondaryControl={
          <Button
            disabled={!/^\S+$/.test(typed)}
            onClick={() => {
              add([typed]);
              setTyped("");
            }}
          >
            {words.addAction}
          </Button>
        }
      >
        <Input value={typed} spellcheck={false} onChange={({ detail }) => setTyped(detail.value)} />
      </FormField>
    </SpaceBetween>
  );
}
