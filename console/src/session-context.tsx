import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from "react";
import { setRegion } from "./api/call.ts";
import {
  onSession,
  resume,
  type SessionState,
  sessionState,
  type Welcome,
  welcome,
} from "./api/session.ts";
import { useNotices } from "./notices.tsx";
import { forgetPlaces } from "./recent-places.ts";

export function useSession(): SessionState {
  return useSyncExternalStore(onSession, sessionState);
}

/**
 * What was read for one person is shown to nobody else: it is forgotten when they sign out, here or in
 * another tab, and when somebody else signs in where a session had ended.
 */
export function useOwnMemory(): void {
  const queries = useQueryClient();
  const { clear } = useNotices();
  useEffect(() => {
    let owner = arnOf(sessionState());
    // Before anything is drawn for who comes next.
    return onSession(() => {
      const session = sessionState();
      if (session.kind === "ended") return;
      const next = arnOf(session);
      if (owner !== undefined && next !== owner) {
        forgetPlaces();
        clear();
        if (next === undefined) queries.clear();
        else void queries.resetQueries();
      }
      owner = next;
    });
  }, [queries, clear]);
}

function arnOf(session: SessionState): string | undefined {
  return session.kind === "in" ? session.who.arn : undefined;
}

const WelcomeContext = createContext<Welcome | undefined>(undefined);

/** What the server tells of itself. */
export function useWelcome(): Welcome {
  const value = useContext(WelcomeContext);
  if (value === undefined) throw new Error("the server has not been asked yet");
  return value;
}

interface SessionProps {
  readonly waiting: ReactNode;
  readonly failed: (error: unknown, retry: () => void) => ReactNode;
  readonly children: ReactNode;
}

/** Asks the server who it is and whether somebody is signed in, before anything is shown. */
export function SessionProvider({ waiting, failed, children }: SessionProps) {
  const [told, setTold] = useState<Welcome>();
  const [error, setError] = useState<unknown>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isOver = false;
    const begin = async () => {
      const answer = await welcome();
      setRegion(sessionStorage.getItem("entrepot-region") ?? answer.region);
      await resume();
      if (!isOver) setTold(answer);
    };
    setError(undefined);
    begin().catch((reason: unknown) => !isOver && setError(reason));
    return () => {
      isOver = true;
    };
  }, [round]);
  if (error !== undefined) return failed(error, () => setRound(round + 1));
  if (told === undefined) return waiting;
  return <WelcomeContext.Provider value={told}>{children}</WelcomeContext.Provider>;
}
