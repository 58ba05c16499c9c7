import type { FlashbarProps } from "@cloudscape-design/components/flashbar";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { explain } from "./components/error-notice.tsx";
import { messages } from "./messages.ts";

interface Notices {
  readonly items: readonly FlashbarProps.MessageDefinition[];
  readonly succeed: (sentence: string) => void;
  readonly fail: (error: unknown) => void;
  readonly clear: () => void;
}

const Context = createContext<Notices | undefined>(undefined);
const mostShown = 5;

export function useNotices(): Notices {
  const notices = useContext(Context);
  if (notices === undefined) throw new Error("nobody shows notices here");
  return notices;
}

/** What became of what somebody did, above every page until it is dismissed. */
export function NoticesProvider({ children }: { children: ReactNode }) {
  const [items, setItems] = useState<FlashbarProps.MessageDefinition[]>([]);
  const add = useCallback((type: "success" | "error", header: string, content = "") => {
    const id = crypto.getRandomValues(new Uint32Array(2)).join("-");
    const onDismiss = () => setItems((shown) => shown.filter((item) => item.id !== id));
    const item = {
      id,
      type,
      header,
      content,
      dismissible: true,
      dismissLabel: messages.dismiss,
      onDismiss,
      ariaRole: "status",
    } as const;
    setItems((shown) => [item, ...shown].slice(0, mostShown));
  }, []);
  const clear = useCallback(() => setItems([]), []);
  const value = useMemo(
    () => ({
      items,
      succeed: (sentence: string) => add("success", sentence),
      fail: (error: unknown) => {
        const { code, words } = explain(error);
        add("error", code, words);
      },
      clear,
    }),
    [items, add, clear],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}
