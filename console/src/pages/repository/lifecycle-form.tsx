import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ruleSentence, rulesOf } from "../../api/lifecycle.ts";
import { messages } from "../../messages.ts";
import {
  addRule,
  changeRule,
  changeTagList,
  moveRule,
  type PlacedRule,
  placedRules,
  removeRule,
} from "./lifecycle-rules.ts";
import { RuleFields } from "./rule-fields.tsx";

const words = messages.lifecycleForm;

interface LifecycleFormProps {
  readonly text: string;
  readonly setText: (text: string) => void;
}

/** The rules of a policy's text, as fields. What there is no field for stays in the text, and is named. */
export function LifecycleForm({ text, setText }: LifecycleFormProps) {
  const rules = placedRules(text);
  const [dragged, setDragged] = useState<number>();
  if (rules === undefined) return <Box color="text-body-secondary">{words.notJson}</Box>;
  const move = (from: number, to: number) => setText(moveRule(text, from, to));
  return (
    <SpaceBetween size="m">
      <ol className="rules" aria-label={words.title}>
        {rules.map((placed, at) => (
          <li
            key={placed.place}
            onDragOver={(event) => {
              if (dragged !== undefined) event.preventDefault();
            }}
            onDrop={() => {
              if (dragged !== undefined && dragged !== at) move(dragged, at);
              setDragged(undefined);
            }}
          >
            <RuleBox
              {...{ placed, text, setText }}
              up={at > 0 ? () => move(at, at - 1) : undefined}
              down={at < rules.length - 1 ? () => move(at, at + 1) : undefined}
              drag={(isHeld) => setDragged(isHeld ? at : undefined)}
            />
          </li>
        ))}
      </ol>
      <Button iconName="add-plus" onClick={() => setText(addRule(text))}>
        {words.add}
      </Button>
    </SpaceBetween>
  );
}

interface RuleBoxProps extends LifecycleFormProps {
  readonly placed: PlacedRule;
  readonly up: (() => void) | undefined;
  readonly down: (() => void) | undefined;
  readonly drag: (isHeld: boolean) => void;
}

function RuleBox({ placed, text, setText, up, down, drag }: RuleBoxProps) {
  const { place, priority, hidden } = placed;
  const name = words.rule(priority);
  const rule = rulesOf(text)?.[place];
  return (
    <Container
      header={
        <Header
          variant="h3"
          description={rule && ruleSentence(rule)}
          actions={
            <SpaceBetween direction="horizontal" size="xxs">
              <span
                className="drag-handle"
                draggable
                title={words.drag}
                onDragStart={(event) => {
                  event.dataTransfer.effectAllowed = "move";
                  event.dataTransfer.setData("text/plain", name);
                  drag(true);
                }}
                onDragEnd={() => drag(false)}
                aria-hidden
              >
                ⠿
              </span>
              <Button
                {...{ variant: "icon", iconName: "arrow-up", ariaLabel: words.up(name) }}
                disabled={up === undefined}
                onClick={() => up?.()}
              />
              <Button
                {...{ variant: "icon", iconName: "arrow-down", ariaLabel: words.down(name) }}
                disabled={down === undefined}
                onClick={() => down?.()}
              />
              <Button
                {...{ variant: "icon", iconName: "remove", ariaLabel: words.remove(name) }}
                onClick={() => setText(removeRule(text, place))}
              />
            </SpaceBetween>
          }
        >
          {name}
        </Header>
      }
    >
      <SpaceBetween size="s">
        {hidden.length > 0 && <Alert type="info">{words.hidden(hidden)}</Alert>}
        <RuleFields
          placed={placed}
          change={(change) => setText(changeRule(text, place, change))}
          changeList={(by) => setText(changeTagList(text, place, by))}
        />
      </SpaceBetween>
    </Container>
  );
}
