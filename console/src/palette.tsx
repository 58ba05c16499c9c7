import Box from "@cloudscape-design/components/box";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useState } from "react";
import { useNavigate } from "react-router";
import { currentRegion } from "./api/call.ts";
import { type Found, searchAll } from "./api/inspect.ts";
import { ErrorNotice } from "./components/error-notice.tsx";
import { useTyped } from "./components/server-list.ts";
import { shortDigest } from "./components/values.tsx";
import { messages } from "./messages.ts";
import type { places as allPlaces } from "./routes.tsx";

const words = messages.palette;

interface Hit {
  readonly group: string;
  readonly text: string;
  readonly to: string;
}

interface PaletteProps {
  readonly places: typeof allPlaces;
  readonly isOpen: boolean;
  readonly setOpen: (isOpen: boolean) => void;
}

/** Ctrl or Cmd and K: goes to a page, a repository, a tag, a digest or a vulnerability by a part of its name. */
export function Palette({ places, isOpen, setOpen }: PaletteProps) {
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen(true);
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, [setOpen]);
  return (
    <Modal visible={isOpen} header={words.title} onDismiss={() => setOpen(false)}>
      {isOpen && <Search {...{ places, close: () => setOpen(false) }} />}
    </Modal>
  );
}

function Search({ places, close }: { places: typeof allPlaces; close: () => void }) {
  const navigate = useNavigate();
  const [wanted, setWanted] = useState("");
  const [text, setText] = useTyped(wanted, setWanted);
  const [at, setAt] = useState(0);
  const asked = wanted.trim();
  const { data, error, isFetching } = useQuery({
    queryKey: ["search", asked, currentRegion()],
    queryFn: ({ signal }) => searchAll(asked, signal),
    enabled: asked !== "",
  });
  const hits = [...placesOf(places, text), ...(data === undefined ? [] : hitsOf(data))];
  const chosen = Math.min(at, hits.length - 1);
  const go = (hit: Hit | undefined) => {
    if (hit === undefined) return;
    navigate(hit.to);
    close();
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
          autoFocus
          type="search"
          ariaLabel={words.title}
          placeholder={words.hint}
          value={text}
          onChange={({ detail }) => {
            setText(detail.value);
            setAt(0);
          }}
        />
      </form>
      <SpaceBetween size="xs">
        {error !== null && <ErrorNotice error={error} />}
        {isFetching && <StatusIndicator type="loading">{messages.loading}</StatusIndicator>}
        {hits.length === 0 && !isFetching && asked !== "" && <Box>{messages.noMatch}</Box>}
        <ul className="palette" aria-label={words.found}>
          {hits.map((hit, index) => (
            <li key={`${hit.to} ${hit.text}`}>
              <button
                type="button"
                className={index === chosen ? "palette-hit palette-chosen" : "palette-hit"}
                onClick={() => go(hit)}
              >
                <span>{hit.text}</span> <small>{hit.group}</small>
              </button>
            </li>
          ))}
        </ul>
      </SpaceBetween>
    </div>
  );
}

function placesOf(places: typeof allPlaces, text: string): Hit[] {
  const word = text.trim().toLowerCase();
  if (word === "") return [];
  return places.flatMap(({ path, navigation }) =>
    navigation?.text.toLowerCase().includes(word) === true
      ? [{ group: words.page, text: navigation.text, to: path }]
      : [],
  );
}

function hitsOf({ repositories, tags, images, findings }: Found): Hit[] {
  return [
    ...repositories.items.map(({ repositoryName: name }) => ({
      ...{ group: words.repository, text: name, to: `/r/${name}/-/images` },
    })),
    ...tags.items.map(({ repositoryName: name, imageTag, imageDigest }) => ({
      ...{ group: words.tag, text: `${name}:${imageTag}`, to: `/r/${name}/-/i/${imageDigest}` },
    })),
    ...images.items.map(({ repositoryName: name, imageDigest: digest }) => ({
      ...{ group: words.image, to: `/r/${name}/-/i/${digest}` },
      text: `${name}@${shortDigest(digest)}`,
    })),
    ...findings.items.map(({ vulnerabilityId, severity, repositoryName: name, imageDigest }) => ({
      ...{ group: severity.toLowerCase(), text: `${vulnerabilityId} – ${name}` },
      to: `/r/${name}/-/i/${imageDigest}?tab=findings`,
    })),
  ];
}
