import Modal from "@cloudscape-design/components/modal";
import Table from "@cloudscape-design/components/table";
import { useEffect } from "react";
import { messages } from "./messages.ts";

const words = messages.shortcuts;

interface Asked {
  readonly palette: () => void;
  readonly help: () => void;
}

/** Ctrl or Cmd and K, `/` and `?`, wherever nobody types. */
export function useShortcuts({ palette, help }: Asked): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const isControlled = event.ctrlKey || event.metaKey;
      if (isControlled && event.key.toLowerCase() === "k") {
        event.preventDefault();
        return palette();
      }
      if (isControlled || event.altKey || isTyping(event.target) || isDialogOpen()) return;
      if (event.key === "?") help();
      else if (event.key === "/") focusFilter();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, [palette, help]);
}

function isTyping(target: EventTarget | null): boolean {
  const fields = "input:not([type=checkbox], [type=radio]), textarea, select";
  return target instanceof HTMLElement && target.closest(fields) !== null;
}

function isDialogOpen(): boolean {
  const dialogs = document.querySelectorAll<HTMLElement>("[role=dialog]");
  return [...dialogs].some((dialog) => dialog.checkVisibility());
}

/** The first one of the page that is to be seen: a list has it above itself. */
function focusFilter(): void {
  const filters = document.querySelectorAll<HTMLInputElement>("main input[type=search]");
  const filter = [...filters].find((each) => each.checkVisibility());
  filter?.focus();
  filter?.select();
}

/** What `?` shows. */
export function ShortcutHelp({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  return (
    <Modal visible={isOpen} header={words.title} onDismiss={close}>
      {isOpen && (
        <Table
          items={[...words.rows]}
          variant="embedded"
          ariaLabels={{ tableLabel: words.title }}
          columnDefinitions={[
            { id: "key", header: words.key, isRowHeader: true, cell: ([key]) => <kbd>{key}</kbd> },
            { id: "does", header: words.does, cell: ([, does]) => does },
          ]}
          wrapLines
        />
      )}
    </Modal>
  );
}
