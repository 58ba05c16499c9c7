import Box from "@cloudscape-design/components/box";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import LiveRegion from "@cloudscape-design/components/live-region";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { currentRegion } from "./api/call.ts";
import { searchAll } from "./api/inspect.ts";
import { ErrorNotice } from "./components/error-notice.tsx";
import { useTyped } from "./components/server-list.ts";
import { Status } from "./components/status.tsx";
import { messages } from "./messages.ts";
import type { PaletteAction } from "./palette-actions.ts";
import { type Hit, hitsHere, hitsOf, packageHit } from "./palette-hits.ts";
import type { places as allPlaces } from "./routes.tsx";

const words = messages.palette;

interface PaletteProps {
  readonly places: typeof allPlaces;
  readonly actions: readonly PaletteAction[];
  readonly isOpen: boolean;
  readonly close: () => void;
}

/**
 * Goes to a page, a repository, a tag, a digest, a vulnerability or a package by a part of its name, or does
 * something; before anything is typed, to where somebody was.
 */
export function Palette({ places, actions, isOpen, close }: PaletteProps) {
  return (
    <Modal visible={isOpen} header={words.title} onDismiss={close}>
      {isOpen && <Search {...{ places, actions, close }} />}
    </Modal>
  );
}

function Search({ places, actions, close }: Omit<PaletteProps, "isOpen">) {
  const navigate = useNavigate();
  const id = useId();
  const [wanted, setWanted] = useState("");
  const [text, setText] = useTyped(wanted, setWanted);
  const [at, setAt] = useState(0);
  const asked = wanted.trim();
  const input = useRef<InputProps.Ref>(null);
  useEffect(() => {
    // The dialog gives the focus to its own button once it is open.
    const timer = setTimeout(() => input.current?.focus());
    return () => clearTimeout(timer);
  }, []);
  const { data, error, isFetching } = useQuery({
    queryKey: ["search", asked, currentRegion()],
    queryFn: ({ signal }) => searchAll(asked, signal),
    enabled: asked !== "",
  });
  const hits = [
    ...hitsHere({ places, actions, text }),
    // Last, and not before the others are known: who presses Enter at once means one of those.
    ...(data === undefined || text.trim() === "" ? [] : [...hitsOf(data), ...packageHit(asked)]),
  ];
  const chosen = Math.min(at, hits.length - 1);
  const optionId = (index: number) => `${id}-${index}`;
  const go = (hit: Hit | undefined) => {
    if (hit === undefined) return;
    close();
    if (hit.to !== undefined) navigate(hit.to);
    hit.act?.();
  };
  const steer = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || hits.length === 0) return;
    event.preventDefault();
    setAt((chosen + step + hits.length) % hits.length);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the arrows move within the list below.
    <div onKeyDown={steer}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          go(hits[chosen]);
        }}
      >
        <Input
          ref={input}
          type="search"
          ariaLabel={words.title}
          placeholder={words.hint}
          value={text}
          nativeInputAttributes={{
            ...{ role: "combobox", autoComplete: "off", "aria-autocomplete": "list" },
            ...{ "aria-expanded": hits.length > 0, "aria-controls": `${id}-found` },
            ...(chosen >= 0 && { "aria-activedescendant": optionId(chosen) }),
          }}
          onChange={({ detail }) => {
            setText(detail.value);
            setAt(0);
          }}
        />
      </form>
      <SpaceBetween size="xs">
        {error !== null && <ErrorNotice error={error} />}
        {isFetching && <Status type="loading">{messages.loading}</Status>}
        {hits.length === 0 && !isFetching && asked !== "" && <Box>{messages.noMatch}</Box>}
        <LiveRegion hidden>{asked === "" || isFetching ? "" : words.count(hits.length)}</LiveRegion>
        <Found {...{ hits, chosen, optionId, go }} id={`${id}-found`} />
      </SpaceBetween>
    </div>
  );
}

interface FoundProps {
  readonly id: string;
  readonly hits: readonly Hit[];
  readonly chosen: number;
  readonly optionId: (index: number) => string;
  readonly go: (hit: Hit) => void;
}

/** What was found; the focus stays above, where it is typed. */
function Found({ id, hits, chosen, optionId, go }: FoundProps) {
  const chosenId = optionId(chosen);
  useEffect(() => {
    document.getElementById(chosenId)?.scrollIntoView({ block: "nearest" });
  }, [chosenId]);
  return (
    <div className="palette" id={id} role="listbox" aria-label={words.found}>
      {hits.map((hit, index) => (
        <div
          key={`${hit.group} ${hit.to} ${hit.text}`}
          id={optionId(index)}
          role="option"
          tabIndex={-1}
          aria-selected={index === chosen}
          className={index === chosen ? "palette-hit palette-chosen" : "palette-hit"}
          onClick={() => go(hit)}
          onKeyDown={() => undefined}
        >
          <span>{hit.text}</span> <small>{hit.group}</small>
        </div>
      ))}
    </div>
  );
}
