import AppLayout from "@cloudscape-design/components/app-layout";
import Flashbar from "@cloudscape-design/components/flashbar";
import Modal from "@cloudscape-design/components/modal";
import SideNavigation, {
  type SideNavigationProps,
} from "@cloudscape-design/components/side-navigation";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TopNavigation from "@cloudscape-design/components/top-navigation";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState, useSyncExternalStore } from "react";
import { useLocation, useNavigate } from "react-router";
import { currentRegion, setRegion } from "./api/call.ts";
import { signOut } from "./api/session.ts";
import { useMendedNavigation } from "./components/mend-navigation.ts";
import { useNarrow } from "./components/narrow.ts";
import { firstPage } from "./components/page-trail.ts";
import { ConnectionBanner } from "./connection-banner.tsx";
import { FailureBoundary } from "./failure-boundary.tsx";
import { LiveEvents } from "./live-events.tsx";
import { messages } from "./messages.ts";
import { useNotices } from "./notices.tsx";
import { SignInForm } from "./pages/sign-in/sign-in-form.tsx";
import { Palette } from "./palette.tsx";
import { paletteActions } from "./palette-actions.ts";
import { usePlaceSearch } from "./place-search.ts";
import { forgetPlaces } from "./recent-places.ts";
import type { places as allPlaces, Group } from "./routes.tsx";
import { useSession, useWelcome } from "./session-context.tsx";
import { ShortcutHelp, useShortcuts } from "./shortcuts.tsx";
import { chooseTheme, currentTheme, onTheme, type Theme, themes } from "./theme.ts";

const groups: readonly Group[] = ["images", "distribution", "governance"];
const base = "/console";
/** Pixels: what the longest entry needs, and no more, as tables have to be seen whole beside it. */
const navigationWidth = 240;

/** What stands around every page. */
export function Shell({ places, children }: { places: typeof allPlaces; children: ReactNode }) {
  const { items } = useNotices();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [isOpen, setOpen] = useState(() => matchMedia("(min-width: 912px)").matches);
  const [open, setDialog] = useState<"palette" | "help">();
  const [region, chooseRegion] = useRegion();
  const { fail } = useNotices();
  const dialogs = useMemo(
    () => ({ palette: () => setDialog("palette"), help: () => setDialog("help") }),
    [],
  );
  const close = () => setDialog(undefined);
  const leave = () => void signOut().catch(fail);
  useShortcuts(dialogs);
  useMendedNavigation();
  return (
    <>
      <LiveEvents key={region} />
      <Palette
        {...{ places, close, isOpen: open === "palette" }}
        actions={paletteActions({ help: dialogs.help, signOut: leave })}
      />
      <ShortcutHelp {...{ close, isOpen: open === "help" }} />
      <div id="top">
        <Top {...{ ...dialogs, leave, region, chooseRegion }} />
      </div>
      <AppLayout
        headerSelector="#top"
        toolsHide
        navigationWidth={navigationWidth}
        navigationOpen={isOpen}
        onNavigationChange={({ detail }) => setOpen(detail.open)}
        navigation={
          <SideNavigation
            activeHref={activeOf(places, pathname)}
            header={{ href: `${base}/`, text: messages.product }}
            items={navigationItems(places)}
            onFollow={(event) => {
              if (event.detail.external === true) return;
              event.preventDefault();
              navigate(event.detail.href.slice(base.length) || "/");
            }}
          />
        }
        notifications={
          <SpaceBetween size="xs">
            <ConnectionBanner />
            <Flashbar items={[...items]} />
          </SpaceBetween>
        }
        content={<FailureBoundary place={pathname}>{children}</FailureBoundary>}
      />
      <SessionEnd />
    </>
  );
}

/** The region that everything is asked of; of another one nothing is known yet. */
function useRegion(): [region: string, choose: (region: string) => void] {
  const queries = useQueryClient();
  const [, change] = usePlaceSearch();
  const [region, show] = useState(currentRegion);
  const choose = (next: string) => {
    setRegion(next);
    sessionStorage.setItem("entrepot-region", next);
    show(next);
    forgetPlaces();
    change(firstPage);
    void queries.resetQueries();
  };
  return [region, choose];
}

interface TopProps {
  readonly palette: () => void;
  readonly help: () => void;
  readonly leave: () => void;
  readonly region: string;
  readonly chooseRegion: (region: string) => void;
}

function Top({ palette, help, leave, region, chooseRegion }: TopProps) {
  const session = useSession();
  const { regions } = useWelcome();
  const theme = useSyncExternalStore(onTheme, currentTheme);
  const who = session.kind === "in" ? session.who : undefined;
  // On a phone the name would lie below the region's.
  const logo = useNarrow() ? "mark.svg" : "wordmark.svg";
  return (
    <TopNavigation
      identity={{
        href: `${base}/`,
        logo: { src: `${base}/${logo}`, alt: messages.product },
      }}
      utilities={[
        {
          ...{ type: "button", iconName: "search", text: messages.navigation.palette },
          ...{ ariaLabel: `${messages.navigation.palette} (Ctrl+K)`, onClick: palette },
        },
        {
          type: "menu-dropdown",
          text: messages.palette.actions.theme(messages.navigation.themes[theme]),
          ariaLabel: messages.palette.actions.theme(messages.navigation.themes[theme]),
          items: themes.map((id) => ({ id, text: messages.navigation.themes[id] })),
          onItemClick: ({ detail }) => chooseTheme(detail.id as Theme),
        },
        {
          type: "menu-dropdown",
          text: region,
          ariaLabel: `${messages.navigation.region}: ${region}`,
          items: regions.map((id) => ({ id, text: id })),
          onItemClick: ({ detail }) => chooseRegion(detail.id),
        },
        {
          type: "menu-dropdown",
          text: who === undefined ? "" : who.account,
          description: who?.arn ?? "",
          iconName: "user-profile",
          ariaLabel: `${messages.navigation.account}: ${who?.account ?? ""}`,
          items: [
            { id: "help", text: messages.shortcuts.title },
            { id: "sign-out", text: messages.navigation.signOut },
          ],
          onItemClick: ({ detail }) => (detail.id === "help" ? help() : leave()),
        },
      ]}
    />
  );
}

/** Somebody else's session ended it, or twelve hours are over: what was typed in stays behind it. */
function SessionEnd() {
  const session = useSession();
  return (
    <Modal
      visible={session.kind === "ended"}
      header={messages.signIn.endedTitle}
      onDismiss={() => undefined}
    >
      {session.kind === "ended" && <SignInForm text={messages.signIn.endedText} />}
    </Modal>
  );
}

function navigationItems(places: typeof allPlaces): SideNavigationProps.Item[] {
  const linksOf = (wanted: Group) =>
    places.flatMap(({ path, navigation }) =>
      navigation?.group === wanted
        ? [{ type: "link", text: navigation.text, href: `${base}${path}` } as const]
        : [],
    );
  const sections = groups.flatMap((group) => {
    const items = linksOf(group);
    if (items.length === 0) return [];
    return [{ type: "section", text: messages.navigation[group as "images"], items } as const];
  });
  return [...linksOf(""), ...sections, ...linksOf("settings")];
}

/** The entry that a place stands under: repositories and images under theirs. */
function activeOf(places: typeof allPlaces, pathname: string): string {
  if (pathname.startsWith("/r/")) return `${base}/repositories`;
  const above = places
    .filter(({ navigation, path }) => navigation !== undefined && isAt(path, pathname))
    .map(({ path }) => path)
    .sort((a, b) => b.length - a.length);
  return `${base}${above[0] ?? ""}`;
}

function isAt(path: string, pathname: string): boolean {
  return path === "/" ? pathname === "/" : pathname === path || pathname.startsWith(`${path}/`);
}
